"""Where HardSwish lies between two convolutions a multiplication remains, and must be worth it.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

CHANNELS = 16


def test_a_factor_that_remains_recovers_small_channels(programs, tmp_path, execute):
    random, spread = np.random.default_rng(0), np.geomspace(0.02, 3, CHANNELS)
    constants = {"first": random.standard_normal((CHANNELS, 8, 3, 3)) * spread[:, None, None, None],
                 "second": random.standard_normal((8, CHANNELS, 1, 1)) / spread[None, :, None, None]}
    nodes = [helper.make_node("Conv", ["x", "first"], ["a"], "conv1", pads=[1] * 4),
             helper.make_node("HardSwish", ["a"], ["b"], "swish"),
             helper.make_node("Conv", ["b", "second"], ["y"], "conv2")]
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 8, 16, 16])
    graph = helper.make_graph(nodes, "explicit", [value("x")], [value("y")],
                              [numpy_helper.from_array(each.astype(np.float32), name) for name, each in constants.items()])
    model, data = tmp_path / "model.onnx", tmp_path / "data.npz"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), model)
    x = random.standard_normal((9, 1, 8, 16, 16)).astype(np.float32)
    np.savez(data, x=x[:8])
    before = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"]).run(None, {"x": x[8]})[0]

    def error(method):
        made = programs.quernc(model, "--quantize=W8A8", f"--calibration-data={data}", f"--method={method}",
                               "--verify=reference", "-o", tmp_path / "model.so")
        assert made.returncode == 0, made.stderr
        return np.sqrt(np.mean((execute(tmp_path / "model.so", x=x[8:])["y"][0] - before) ** 2) / np.mean(before ** 2))

    assert error("none") > 0.1 and error("smoothquant") < 0.03
