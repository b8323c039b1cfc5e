"""Weights as codes, activations in float: what the artefact computes, holds and exports.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

ROWS, COLUMNS = 50, 24  # 50 = 32 + 18: the last group is shorter
SCHEMES = [(2, 16, "asymmetric"), (3, 10, "symmetric"), (4, 32, "asymmetric"), (4, 32, "symmetric"), (4, 7, "asymmetric"),
           (4, -1, "symmetric"), (8, -1, "symmetric"), (8, 32, "asymmetric")]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A MatMul and a transposed Gemm with a bias and a factor."""
    random = np.random.default_rng(3)
    arrays = {"first": random.normal(size=(ROWS, COLUMNS)), "second": random.normal(size=(ROWS, COLUMNS)),
              "bias": random.normal(size=ROWS)}
    nodes = [helper.make_node("MatMul", ["x", "first"], ["hidden"], "product"), helper.make_node("Relu", ["hidden"], ["positive"], "relu"),
             helper.make_node("Gemm", ["positive", "second", "bias"], ["y"], "gemm", alpha=0.5, transB=1)]
    graph = helper.make_graph(nodes, "weights", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [3, ROWS])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [3, ROWS])],
                              [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()])
    path = tmp_path_factory.mktemp("weights") / "model.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), path)
    return path


@pytest.mark.parametrize("bits, group, scheme", SCHEMES)
def test_targets_and_onnxruntime_agree(programs, model, execute, tmp_path, bits, group, scheme):
    flags = [f"--quantize=W{bits}A16", f"--group-size={group}", f"--weight-scheme={scheme}"]
    x = np.random.default_rng(5).normal(size=(4, 3, ROWS)).astype(np.float32)
    outputs = {}
    for target in ("cpu", "reference"):
        made = programs.quernc(model, "-o", tmp_path / f"{target}.so", f"--target={target}", *flags)
        assert made.returncode == 0, made.stderr
        outputs[target] = execute(tmp_path / f"{target}.so", x=x)["y"]
    made = programs.quernc(model, "-o", tmp_path / "qdq.onnx", *flags)
    assert made.returncode == 0, made.stderr
    onnx.checker.check_model(str(tmp_path / "qdq.onnx"), full_check=True)
    options = onnxruntime.SessionOptions()  # its optimizer would quantize activations for a kernel of its own
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(tmp_path / "qdq.onnx"), options, providers=["CPUExecutionProvider"])
    theirs = np.stack([session.run(None, {"x": sample})[0] for sample in x])
    for ours in outputs.values():
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-4)


def weight_bytes(programs, path):
    return json.loads(programs.quern_run(path, "--describe", "--json").stdout)["weight_bytes"]


def test_weights_stay_packed(programs, model, tmp_path):
    sizes = {}
    for name, flags in {"float": [], "W8": ["--quantize=W8A16"], "W4": ["--quantize=W4A16"], "W2": ["--quantize=W2A16"]}.items():
        assert programs.quernc(model, "-o", tmp_path / f"{name}.so", *flags).returncode == 0
        sizes[name] = weight_bytes(programs, tmp_path / f"{name}.so")
    codes = 2 * ROWS * COLUMNS
    assert sizes["float"] >= 4 * codes
    assert sizes["W4"] <= sizes["W8"] - codes * 0.4
    assert sizes["W2"] <= sizes["W4"] - codes * 0.2


def test_excluded_nodes_stay_float(programs, model, tmp_path):
    made = programs.quernc(model, "-o", "-", "--quantize=W4A16", "--exclude=gemm", "--stop-after=integerize")
    assert made.returncode == 0, made.stderr
    assert made.stdout.count("quern.weight_only_matmul") == 1 and "onnx.Gemm" in made.stdout


def test_weights_that_are_not_finite_are_refused(programs, model, tmp_path):
    broken = onnx.load(model)
    array = numpy_helper.to_array(broken.graph.initializer[0]).copy()
    array[0, 0] = np.inf
    broken.graph.initializer[0].CopyFrom(numpy_helper.from_array(array, "first"))
    onnx.save(broken, tmp_path / "broken.onnx")
    made = programs.quernc(tmp_path / "broken.onnx", "-o", tmp_path / "model.so", "--quantize=W4A16")
    assert made.returncode == 1 and "product" in made.stderr and "infinite" in made.stderr


@pytest.mark.parametrize("flags", [["--quantize=W4A16", "--group-size=0"], ["--quantize=W4A16", "--weight-scheme=ternary"]])
def test_wrong_flags(programs, model, flags):
    assert programs.quernc(model, "-o", "x.so", *flags).returncode == 2




@pytest.fixture(scope="module")
def correlated(tmp_path_factory):
    """Samples whose features move together, as activations do; 64 of them."""
    random = np.random.default_rng(9)
    x = random.normal(size=(64, 3, 6)) @ random.normal(size=(6, ROWS)) + 0.1 * random.normal(size=(64, 3, ROWS))
    path = tmp_path_factory.mktemp("data") / "calibration.npz"
    np.savez(path, x=x.astype(np.float32))
    return path


def test_methods_lower_the_error(programs, model, correlated, execute, tmp_path):
    x = np.load(correlated)["x"]
    errors = {}
    assert programs.quernc(model, "-o", tmp_path / "float.so").returncode == 0
    exact = execute(tmp_path / "float.so", x=x)["y"]
    for method in ("none", "clip", "gptq", "clip,gptq,bias-correction,drift-correction", "auto"):
        made = programs.quernc(model, "-o", tmp_path / "model.so", "--quantize=W3A16", "--group-size=16", f"--method={method}",
                               f"--calibration-data={correlated}")
        assert made.returncode == 0, made.stderr
        errors[method] = float(((execute(tmp_path / "model.so", x=x)["y"] - exact) ** 2).mean())
    assert errors["clip"] < errors["none"]
    assert errors["gptq"] < 0.5 * errors["none"]
    assert errors["clip,gptq,bias-correction,drift-correction"] == errors["auto"] < 0.5 * errors["none"]


def test_methods_need_data(programs, model, tmp_path):
    made = programs.quernc(model, "-o", tmp_path / "model.so", "--quantize=W4A16", "--method=gptq")
    assert made.returncode == 1 and "--calibration-data" in made.stderr


@pytest.mark.parametrize("method, reason", [("magic", "gptq"), ("auto,gptq", "alone")])
def test_wrong_methods(programs, model, method, reason):
    made = programs.quernc(model, "-o", "x.so", "--quantize=W4A16", f"--method={method}")
    assert made.returncode == 2 and reason in made.stderr
