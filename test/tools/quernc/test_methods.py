"""Methods keep the float function of a model (T1), and save what outlying channels cost in W8A8.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

ROWS, WIDTH = 16, 32
METHODS = ["smoothquant", "outlier-suppression-plus", "weight-dilation", "cross-layer-equalization", "weight-dilation,smoothquant"]


@pytest.fixture(scope="module")
def block(tmp_path_factory):
    """Normalization with outlying channels, then a gated product: model and calibration data."""
    random = np.random.default_rng(7)
    scale = random.uniform(0.5, 2, WIDTH)
    scale[[3, 17]] = [80, 50]
    shift = random.normal(size=WIDTH)
    shift[9] = 60
    weights = {name: random.normal(size=(WIDTH, WIDTH)) / WIDTH for name in ("gate", "up", "down")}
    for name in ("gate", "up"):
        weights[name] /= np.maximum(scale, np.abs(shift))[:, None]
    arrays = {"scale": scale, "shift": shift, **weights}
    node = helper.make_node
    nodes = [node("LayerNormalization", ["x", "scale", "shift"], ["n"], "norm"), node("MatMul", ["n", "gate"], ["g"], "gate"),
             node("Sigmoid", ["g"], ["s"], "sigmoid"), node("Mul", ["g", "s"], ["silu"], "silu"), node("MatMul", ["n", "up"], ["u"], "up"),
             node("Mul", ["silu", "u"], ["m"], "product"), node("MatMul", ["m", "down"], ["y"], "down")]
    graph = helper.make_graph(nodes, "block", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [ROWS, WIDTH])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [ROWS, WIDTH])],
                              [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()])
    folder = tmp_path_factory.mktemp("methods")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), folder / "model.onnx")
    np.savez(folder / "calibration.npz", x=random.normal(size=(16, ROWS, WIDTH)).astype(np.float32))
    return folder


def run(path, x):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]


def quantize(block, method):
    return [block / "model.onnx", "--quantize=W8A8", f"--calibration-data={block / 'calibration.npz'}", f"--method={method}"]


@pytest.mark.parametrize("method", METHODS)
def test_the_float_function_stays(programs, block, tmp_path, method):
    made = programs.quernc(*quantize(block, method), "--stop-after=transform", "--emit=onnx", "-o", tmp_path / "float.onnx")
    assert made.returncode == 0, made.stderr
    x = np.random.default_rng(11).normal(size=(ROWS, WIDTH)).astype(np.float32)
    before, after = run(block / "model.onnx", x), run(tmp_path / "float.onnx", x)
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-5 * np.abs(before).max())


def test_none_is_no_method(programs, block, tmp_path):
    outputs = []
    for name, arguments in {"none": quantize(block, "none"), "plain": quantize(block, "none")[:-1]}.items():
        assert programs.quernc(*arguments, "-o", tmp_path / f"{name}.so").returncode == 0
        outputs.append((tmp_path / f"{name}.so").read_bytes())
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize("method", ["smoothquant", "outlier-suppression-plus"])
def test_outlying_channels_cost_less(programs, block, execute, tmp_path, method):
    x = np.random.default_rng(11).normal(size=(4, ROWS, WIDTH)).astype(np.float32)
    wanted = np.stack([run(block / "model.onnx", sample) for sample in x])
    errors = {}
    for name in ("none", method):
        made = programs.quernc(*quantize(block, name), "-o", tmp_path / f"{name}.so")
        assert made.returncode == 0, made.stderr
        errors[name] = np.linalg.norm(execute(tmp_path / f"{name}.so", x=x)["y"] - wanted)
    assert errors[method] < errors["none"] / 2, errors
