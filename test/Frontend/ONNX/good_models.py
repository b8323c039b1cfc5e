"""Writes models that must be accepted: every change of an operator's form, and every way to state a graph.

usage: good_models.py FOLDER    writes FOLDER/NAME.onnx
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import pathlib
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

F, I64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def value(name, shape=(2, 3, 4), element=F):
    return helper.make_tensor_value_info(name, element, shape)


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs, outputs, name=f"{op}_{outputs[0]}", **attributes)


def constant(name, content, dtype=np.float32):
    return numpy_helper.from_array(np.array(content, dtype), name)


def model(nodes, opset, inputs=None, outputs=None, initializers=(), functions=(), domains=()):
    outputs = outputs or [helper.make_tensor_value_info(nodes[-1].output[0], F, None)]
    for output in outputs:  # the checker wants a shape, inference finds it
        if not output.type.tensor_type.HasField("shape"):
            output.type.tensor_type.shape.SetInParent()
    graph = helper.make_graph(nodes, "g", inputs or [value("x")], outputs, initializers)
    imports = [helper.make_opsetid("", opset)] + [helper.make_opsetid(d, 1) for d in domains]
    made = helper.make_model(graph, opset_imports=imports, functions=functions)
    made.ir_version = 8
    return made


def one(op, opset, initializers=(), shape=(2, 3, 4), out=(2, 3, 4), outputs=None, **attributes):
    nodes = [node(op, ["x", *(i.name for i in initializers)], outputs or ["y"], **attributes)]
    return model(nodes, opset, [value("x", shape)], [value((outputs or ["y"])[0], out)], initializers)


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


# Forms of constants -----------------------------------------------------------------------------------------------------

@case
def constants_13():
    forms = {"f": {"value_float": 2.0}, "fs": {"value_floats": [1.0, 2.0, 3.0, 4.0]}, "i": {"value_int": 3},
             "is": {"value_ints": [2, 3, 4]}}
    nodes = [node("Constant", [], [name], **form) for name, form in forms.items()]
    nodes += [node("Mul", ["x", "f"], ["a"]), node("Add", ["a", "fs"], ["b"]), node("Reshape", ["b", "is"], ["c"]),
              node("Cast", ["i"], ["k"], to=F), node("Sub", ["c", "k"], ["y"])]
    return model(nodes, 13, outputs=[value("y")])


@case
def sparse_constant_13():
    sparse = helper.make_sparse_tensor(constant("v", [5.0, 7.0]), constant("i", [1, 3], np.int64), [4])
    nodes = [node("Constant", [], ["c"], sparse_value=sparse), node("Add", ["x", "c"], ["y"])]
    return model(nodes, 13, outputs=[value("y")])


@case
def element_types_21():
    """Each element type that has a cast to float, raw and typed."""
    nodes, initializers, last = [], [], "x"
    for element in (TensorProto.INT8, TensorProto.UINT8, TensorProto.INT16, TensorProto.UINT16, TensorProto.INT32,
                    TensorProto.INT64, TensorProto.UINT32, TensorProto.UINT64, TensorProto.BOOL, TensorProto.FLOAT16,
                    TensorProto.BFLOAT16, TensorProto.DOUBLE, TensorProto.INT4, TensorProto.UINT4):
        for raw in (False, True):
            name = f"c{element}{'r' if raw else 't'}"
            content = np.array([1, 0, 1, 1])
            made = helper.make_tensor(name, element, [4], content)
            if raw:
                dtype = helper.tensor_dtype_to_np_dtype(element)
                made = numpy_helper.from_array(content.astype(dtype), name)
                assert made.HasField("raw_data"), name
            initializers.append(made)
            nodes += [node("Cast", [name], [f"f{name}"], to=F), node("Add", [last, f"f{name}"], [f"s{name}"])]
            last = f"s{name}"
    nodes.append(node("Identity", [last], ["y"]))
    return model(nodes, 21, outputs=[value("y")], initializers=initializers)


@case
def initializer_as_input_13():
    made = one("Add", 13, [constant("w", [1, 2, 3, 4])])
    made.graph.input.append(value("w", (4,)))
    return made


# Graphs -----------------------------------------------------------------------------------------------------------------

@case
def symbolic_13():
    return model([node("Relu", ["x"], ["y"])], 13, [value("x", ("batch", 3, "length"))],
                 [value("y", ("batch", 3, "length"))])


@case
def no_node_names_13():
    made = one("Relu", 13)
    made.graph.node[0].name = ""
    return made


@case
def input_is_output_13():
    return model([node("Relu", ["x"], ["y"])], 13, outputs=[value("y"), value("x")])


@case
def condition_13():
    then = helper.make_graph([node("Relu", ["x"], ["t"])], "then", [], [value("t")])
    other = helper.make_graph([node("Neg", ["w"], ["e"])], "else", [], [value("e")], [])
    nodes = [node("Add", ["x", "x"], ["w"]), node("ReduceSum", ["x"], ["s"], keepdims=0),
             node("Greater", ["s", "zero"], ["c"]), node("If", ["c"], ["y"], then_branch=then, else_branch=other)]
    return model(nodes, 13, outputs=[value("y")], initializers=[constant("zero", 0)])


@case
def loop_13():
    body = helper.make_graph(
        [node("Add", ["v", "x"], ["v2"]), node("Identity", ["cond"], ["cond2"]), node("Identity", ["v2"], ["scan"])],
        "body", [value("i", (), I64), value("cond", (), BOOL), value("v")],
        [value("cond2", (), BOOL), value("v2"), value("scan")])
    nodes = [node("Loop", ["n", "", "x"], ["y", "all"], body=body)]
    return model(nodes, 13, outputs=[value("y"), value("all", (3, 2, 3, 4))],
                 initializers=[constant("n", 3, np.int64)])


@case
def scan_11():
    body = helper.make_graph([node("Add", ["s", "v"], ["s2"]), node("Identity", ["s2"], ["o"])], "body",
                             [value("s", (3, 4)), value("v", (3, 4))], [value("s2", (3, 4)), value("o", (3, 4))])
    nodes = [node("Scan", ["zero", "x"], ["last", "y"], body=body, num_scan_inputs=1)]
    return model(nodes, 11, outputs=[value("y"), value("last", (3, 4))],
                 initializers=[constant("zero", np.zeros((3, 4)))])


@case
def sequence_13():
    nodes = [node("SplitToSequence", ["x"], ["s"], axis=1), node("ConcatFromSequence", ["s"], ["y"], axis=1)]
    return model(nodes, 13, outputs=[value("y", (2, 3, 4))])


@case
def functions_13():
    """A function with an attribute reference and a default, called twice and from another function."""
    leaky = helper.make_node("LeakyRelu", ["a"], ["t"], name="inner")
    reference = leaky.attribute.add(name="alpha", ref_attr_name="slope", type=1)
    assert reference.ref_attr_name
    imports = [helper.make_opsetid("", 13), helper.make_opsetid("f", 1)]
    low = helper.make_function("f", "low", ["a"], ["b"], [leaky, node("Add", ["t", "a"], ["b"])], imports,
                               attributes=["slope"])
    high = helper.make_function("f", "high", ["a"], ["b"], [helper.make_node("low", ["a"], ["t"], domain="f", slope=0.5),
                                                            node("Neg", ["t"], ["b"])], imports)
    nodes = [helper.make_node("high", ["x"], ["h"], domain="f"), helper.make_node("low", ["h"], ["l"], domain="f", slope=0.1),
             node("Sub", ["h", "l"], ["y"])]
    return model(nodes, 13, outputs=[value("y")], functions=[low, high], domains=["f"])


@case
def function_with_body_13():
    """The body captures an input and an inner value of the function."""
    then = helper.make_graph([node("Add", ["a", "t"], ["r"])], "then", [], [value("r")])
    other = helper.make_graph([node("Sub", ["a", "t"], ["q"])], "else", [], [value("q")])
    imports = [helper.make_opsetid("", 13)]
    nodes = [node("Neg", ["a"], ["t"]), node("If", ["c"], ["b"], then_branch=then, else_branch=other)]
    function = helper.make_function("f", "choose", ["a", "c"], ["b"], nodes, imports)
    calls = [helper.make_node("choose", ["x", "yes"], ["u"], domain="f"),
             helper.make_node("choose", ["u", "no"], ["v"], domain="f"), node("Mul", ["v", "u"], ["y"])]
    return model(calls, 13, outputs=[value("y")], functions=[function], domains=["f"],
                 initializers=[constant("yes", True, bool), constant("no", False, bool)])


@case
def captured_output_13():
    """A value is an output of the graph, and both branches yield it too."""
    branches = [helper.make_graph([node("Identity", ["w"], [name])], name, [], [value(name)]) for name in ("t", "e")]
    nodes = [node("Neg", ["x"], ["w"]), node("If", ["c"], ["y"], then_branch=branches[0], else_branch=branches[1])]
    return model(nodes, 13, outputs=[value("y"), value("w")], initializers=[constant("c", True, bool)])


@case
def quantized_21():
    more = [constant("s", 0.1), constant("z", 7, np.uint8), constant("w", [[1, 2], [3, -4]], np.int8),
            constant("ws", [0.5, 0.25]), constant("wz", [0, 0], np.int8)]
    nodes = [node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"], ["d"]),
             node("DequantizeLinear", ["w", "ws", "wz"], ["f"], axis=1), node("MatMul", ["d", "f"], ["y"])]
    return model(nodes, 21, [value("x", (3, 2))], [value("y", (3, 2))], more)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, function in CASES.items():
        (folder / f"{name}.onnx").write_bytes(function().SerializeToString())


if __name__ == "__main__":
    main()
