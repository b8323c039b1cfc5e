"""Scales pass through ReLU6 between two convolutions: the float function stays (T1), and nothing leaves the integers for it.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

CHANNELS = 16


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """(model, calibration data, an input): the first convolution's channels differ thirtyfold, so that the bound cuts some only."""
    folder, random = tmp_path_factory.mktemp("clip"), np.random.default_rng(0)
    first = random.standard_normal((CHANNELS, 8, 3, 3)) * np.geomspace(0.1, 3, CHANNELS)[:, None, None, None]
    constants = {"first": first, "second": random.standard_normal((8, CHANNELS, 1, 1)), "lowest": 0, "highest": 6}
    nodes = [helper.make_node("Conv", ["x", "first"], ["a"], "conv1", pads=[1] * 4),
             helper.make_node("Clip", ["a", "lowest", "highest"], ["b"], "relu6"),
             helper.make_node("Conv", ["b", "second"], ["y"], "conv2")]
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 8, 16, 16])
    graph = helper.make_graph(nodes, "clip", [value("x")], [value("y")],
                              [numpy_helper.from_array(np.asarray(each, np.float32), name) for name, each in constants.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), folder / "model.onnx")
    x = random.standard_normal((9, 1, 8, 16, 16)).astype(np.float32)
    np.savez(folder / "data.npz", x=x[:8])
    return folder / "model.onnx", folder / "data.npz", x[8]


def run(model, x):
    return onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]


@pytest.fixture(params=["cross-layer-equalization", "weight-dilation"])
def flags(request, network):
    return ["--quantize=W8A8", f"--calibration-data={network[1]}", f"--method={request.param}"]


def test_the_float_function_stays(programs, network, tmp_path, flags):
    model, _, x = network
    made = programs.quernc(model, *flags, "--stop-after=transform", "--emit=onnx", "-o", tmp_path / "after.onnx")
    assert made.returncode == 0 and "cannot be folded" not in made.stderr, made.stderr
    assert {"Relu", "Min"} <= {node.op_type for node in onnx.load(tmp_path / "after.onnx").graph.node}
    before = run(model, x)
    np.testing.assert_allclose(run(tmp_path / "after.onnx", x), before, rtol=0, atol=1e-5 * np.abs(before).max())


def test_bounds_of_channels_are_codes(programs, network, tmp_path, execute):
    model, data, x = network
    flags = ["--quantize=W8A8", f"--calibration-data={data}", "--method=cross-layer-equalization"]
    shown = programs.quernc(model, *flags, "--fail-on-float", "--stop-after=integerize", "--emit=mlir", "-o", "-")
    assert "onnx.Min(" in shown.stdout and "onnx.Mul" not in shown.stdout, shown.stderr
    made = programs.quernc(model, *flags, "--verify=reference", "-o", tmp_path / "model.so")
    assert made.returncode == 0, made.stderr
    before = run(model, x)
    assert np.abs(execute(tmp_path / "model.so", x=x[None])["y"][0] - before).max() < 0.05 * np.abs(before).max()
