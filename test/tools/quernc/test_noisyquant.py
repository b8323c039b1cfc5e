"""NoisyQuant end to end: values that lie between two codes are brought onto one, and every target computes the same bits.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import math

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

ROWS, WIDTH, OUTPUTS = 32, 8, 4


def gelu(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def before_gelu(y):
    """The positive number whose GELU is y."""
    low, high = 0.0, 100.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if gelu(middle) < y else (low, middle)
    return low


@pytest.fixture(scope="module")
def mlp(tmp_path_factory):
    """A product, GELU, a product. The first channel spans the range; the others are constants in the middle between two codes."""
    random = np.random.default_rng(3)
    x = random.uniform(0, 12, size=(8, ROWS, 1)).astype(np.float32)
    step = gelu(x.astype(np.float64)).max() / 255
    wide = np.zeros((1, WIDTH))
    wide[0, 0] = 1
    bias = np.array([0] + [before_gelu((random.integers(5, 200) + 0.5) * step) for _ in range(WIDTH - 1)])
    arrays = {"wide": wide, "bias": bias, "narrow": random.normal(size=(WIDTH, OUTPUTS)), "end": random.normal(size=OUTPUTS)}
    nodes = [helper.make_node("Gemm", ["x", "wide", "bias"], ["h"], "first"), helper.make_node("Gelu", ["h"], ["g"], "gelu"),
             helper.make_node("Gemm", ["g", "narrow", "end"], ["y"], "second")]
    graph = helper.make_graph(nodes, "mlp", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [ROWS, 1])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [ROWS, OUTPUTS])],
                              [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()])
    folder = tmp_path_factory.mktemp("noise")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), folder / "model.onnx")
    np.savez(folder / "calibration.npz", x=x)
    wanted = gelu(x.astype(np.float64) @ wide + bias) @ arrays["narrow"] + arrays["end"]
    return folder, x, wanted


def compile(programs, mlp, output, method, *more):
    made = programs.quernc(mlp[0] / "model.onnx", "--quantize=W8A8", "--observer=min-max", f"--method={method}",
                           f"--calibration-data={mlp[0] / 'calibration.npz'}", "-o", output, *more)
    assert made.returncode == 0, made.stderr
    return made


def test_values_between_codes(programs, mlp, execute, tmp_path):
    errors = {}
    for method in ("none", "noisyquant"):
        compile(programs, mlp, tmp_path / f"{method}.so", method, "--exclude=first")
        errors[method] = np.linalg.norm(execute(tmp_path / f"{method}.so", x=mlp[1])["y"] - mlp[2])
    assert errors["noisyquant"] < errors["none"] * 0.7, errors


@pytest.mark.parametrize("more", [[], ["--exclude=first"]])
def test_targets_agree_to_the_bit(programs, mlp, execute, tmp_path, more):
    outputs = []
    for target in ("cpu", "reference"):
        compile(programs, mlp, tmp_path / f"{target}.so", "noisyquant", f"--target={target}", *more)
        outputs.append(execute(tmp_path / f"{target}.so", x=mlp[1])["y"])
    np.testing.assert_array_equal(outputs[0].view(np.uint32), outputs[1].view(np.uint32))


def test_exported_as_an_addition_before_the_codes(programs, mlp, execute, tmp_path):
    compile(programs, mlp, tmp_path / "model.onnx", "noisyquant", "--emit=onnx", "--exclude=first")
    compile(programs, mlp, tmp_path / "model.so", "noisyquant", "--exclude=first")
    nodes = onnx.load(tmp_path / "model.onnx").graph.node
    made_by = {output: node for node in nodes for output in node.output}
    readers = [made_by[node.input[0]] for node in nodes if node.op_type == "QuantizeLinear" and node.input[0] in made_by]
    added = [node for node in readers if node.op_type == "Add" and made_by[node.input[0]].op_type in ("Gelu", "Mul")]
    assert len(added) == 1, [node.op_type for node in nodes]
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    ours = execute(tmp_path / "model.so", x=mlp[1])["y"]
    theirs = np.stack([session.run(None, {"x": x})[0] for x in mlp[1]])
    # Another runtime computes GELU in another order: a value may get the next code.
    assert np.abs(ours - theirs).max() < 0.05 * np.abs(ours).max()
