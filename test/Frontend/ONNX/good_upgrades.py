"""Every change of an operator's form.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
from onnx import TensorProto

from good_model_parts import CASES, case, constant, model, node, one, value


# Attributes that became inputs --------------------------------------------------------------------------------------

@case
def clip_7():
    return one("Clip", 7, min=-0.5, max=0.25)


@case
def clip_min_only_7():
    return one("Clip", 7, min=0.0)


@case
def clip_float16_7():
    half = TensorProto.FLOAT16
    return model([node("Clip", ["x"], ["y"], max=0.3)], 7, [value("x", element=half)], [value("y", element=half)])


@case
def pad_10():
    return one("Pad", 10, out=(2, 6, 4), pads=[0, 1, 0, 0, 2, 0], value=1.5)


@case
def pad_reflect_7():
    return one("Pad", 7, out=(2, 3, 6), pads=[0, 0, 1, 0, 0, 1], mode="reflect")


@case
def slice_9():
    return one("Slice", 9, out=(2, 2, 2), starts=[1, -3], ends=[3, -1], axes=[1, 2])


@case
def slice_without_axes_7():
    return one("Slice", 7, out=(1, 3, 4), starts=[1], ends=[2])


@case
def squeeze_unsqueeze_11():
    nodes = [node("Unsqueeze", ["x"], ["u"], axes=[0, 2]), node("Squeeze", ["u"], ["s"], axes=[0]),
             node("Squeeze", ["s"], ["y"])]
    return model(nodes, 11, outputs=[value("y")])


@case
def reduce_sum_11():
    return one("ReduceSum", 11, out=(2, 4), axes=[1], keepdims=0)


@case
def reduce_all_13():
    return one("ReduceMean", 13, out=(1, 1, 1))


def reduction(op):
    return lambda: one(op, 13, out=(2, 3, 1), axes=[-1])


for name in "L1 L2 LogSumExp Max Mean Min Prod SumSquare".split():
    CASES[f"reduce_{name.lower()}_13"] = reduction(f"Reduce{name}")


@case
def split_sizes_11():
    nodes = [node("Split", ["x"], ["a", "b"], axis=1, split=[1, 2]), node("Concat", ["b", "a"], ["y"], axis=1)]
    return model(nodes, 11, outputs=[value("y")])


@case
def split_equal_7():
    nodes = [node("Split", ["x"], ["a", "b"], axis=2), node("Sub", ["a", "b"], ["y"])]
    return model(nodes, 7, outputs=[value("y", (2, 3, 2))])


@case
def split_equal_13():
    nodes = [node("Split", ["x"], ["a", "b"], axis=2), node("Sub", ["a", "b"], ["y"])]
    return model(nodes, 13, outputs=[value("y", (2, 3, 2))])


@case
def top_k_9():
    return one("TopK", 9, out=(2, 3, 2), outputs=["y", "i"], k=2)


@case
def top_k_10():
    return one("TopK", 10, [constant("k", [2], np.int64)], out=(2, 3, 2), outputs=["y", "i"])


@case
def dropout_7():
    return one("Dropout", 7, ratio=0.3)


@case
def dropout_10():
    return one("Dropout", 10)


@case
def upsample_7():
    return one("Upsample", 7, shape=(1, 2, 3, 3), out=(1, 2, 6, 6), mode="nearest", scales=[1.0, 1.0, 2.0, 2.0])


@case
def upsample_linear_9():
    return one("Upsample", 9, [constant("s", [1, 1, 2, 2])], shape=(1, 2, 3, 3), out=(1, 2, 6, 6), mode="linear")


@case
def resize_10():
    return one("Resize", 10, [constant("s", [1, 1, 2, 1.5])], shape=(1, 2, 4, 4), out=(1, 2, 8, 6))


@case
def resize_sizes_11():
    more = [constant("roi", []), constant("s", []), constant("n", [1, 2, 7, 5], np.int64)]
    return one("Resize", 11, more, shape=(1, 2, 4, 4), out=(1, 2, 7, 5), mode="linear")


@case
def resize_half_pixel_13():
    made = one("Resize", 13, [constant("s", [1, 1, 2, 2])], shape=(1, 2, 4, 4), out=(1, 2, 8, 8), mode="cubic")
    made.graph.node[0].input[:] = ["x", "", "s"]
    return made


# Meanings that changed ------------------------------------------------------------------------------------------------

@case
def softmax_default_axis_11():
    return one("Softmax", 11)


@case
def softmax_last_axis_11():
    return one("Softmax", 11, axis=2)


@case
def softmax_axis_0_7():
    return one("Softmax", 7, axis=0)


@case
def log_softmax_negative_axis_11():
    return one("LogSoftmax", 11, axis=-2)


@case
def hardmax_11():
    return one("Hardmax", 11)


@case
def softmax_13():
    return one("Softmax", 13, axis=1)


@case
def batch_normalization_7():
    names = [constant(n, [0.5, 1.5, 2.0]) for n in ("s", "b", "m", "v")]
    return one("BatchNormalization", 7, names, epsilon=0.01)


@case
def batch_normalization_9():
    names = [constant(n, [0.5, 1.5, 2.0]) for n in ("s", "b", "m", "v")]
    return one("BatchNormalization", 9, names)


@case
def scatter_9():
    more = [constant("i", [[[1, 0, 2, 1]]], np.int64), constant("u", [[[9, 8, 7, 6]]])]
    return one("Scatter", 9, more, axis=1)


@case
def grid_sample_16():
    grid = np.linspace(-1, 1, 18).reshape(1, 3, 3, 2)
    return one("GridSample", 16, [constant("g", grid)], shape=(1, 1, 4, 4), out=(1, 1, 3, 3), mode="bilinear")


@case
def roi_align_10():
    more = [constant("r", [[0, 0, 3, 3]]), constant("b", [0], np.int64)]
    return one("RoiAlign", 10, more, shape=(1, 1, 5, 5), out=(1, 1, 2, 2), output_height=2, output_width=2)


@case
def dft_17():
    made = one("DFT", 17, [], shape=(1, 4, 6, 1), out=(1, 4, 6, 2), axis=2)
    return made
