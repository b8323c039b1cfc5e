"""Methods keep the float function of a model (T1), and save what outlying channels cost in W8A8.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

ROWS, WIDTH = 16, 32
METHODS = ["smoothquant", "outlier-suppression-plus", "weight-dilation", "cross-layer-equalization", "weight-dilation,smoothquant", "aqas",
           "repq", "noisyquant", "smoothquant,noisyquant", "q-hyvit", "outlier-suppression-plus,q-hyvit,noisyquant"]


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
    """The integer graph of none is that of a recipe without methods."""
    (tmp_path / "plain.yaml").write_text("{version: 1, default: {methods: []}}")
    outputs = []
    for arguments in (quantize(block, "none"), [block / "model.onnx", f"--recipe={tmp_path / 'plain.yaml'}", quantize(block, "none")[2]]):
        made = programs.quernc(*arguments, "-o", "-", "--stop-after=integerize")
        assert made.returncode == 0, made.stderr
        outputs.append(made.stdout)
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize("method", ["smoothquant", "outlier-suppression-plus", "repq"])
def test_outlying_channels_cost_less(programs, block, execute, tmp_path, method):
    x = np.random.default_rng(11).normal(size=(4, ROWS, WIDTH)).astype(np.float32)
    wanted = np.stack([run(block / "model.onnx", sample) for sample in x])
    errors = {}
    for name in ("none", method):
        made = programs.quernc(*quantize(block, name), "-o", tmp_path / f"{name}.so")
        assert made.returncode == 0, made.stderr
        errors[name] = np.linalg.norm(execute(tmp_path / f"{name}.so", x=x)["y"] - wanted)
    assert errors[method] < errors["none"] / 2, errors


@pytest.fixture(scope="module")
def classifier(digits, tmp_path_factory):
    """Normalization, random features, least squares on digits; outlying channels are planted in the normalization by an exact rescaling
    of it and of its reader. Folder with model.onnx and planted.onnx, images and labels to evaluate."""
    random = np.random.default_rng(23)
    images = digits.images.reshape(len(digits.images), -1).astype(np.float32)
    half, width = len(images) // 2, 160
    scale, hidden = random.uniform(0.5, 2, images.shape[1]), random.normal(size=(images.shape[1], width)) / np.sqrt(images.shape[1])
    normal = (images - images.mean(1, keepdims=True)) / np.sqrt(images.var(1, keepdims=True) + 1e-5) * scale
    features = np.maximum(normal[:half] @ hidden, 0)
    readout = np.linalg.lstsq(features.T @ features + np.eye(width), features.T @ np.eye(10)[digits.labels[:half]], rcond=None)[0]
    folder = tmp_path_factory.mktemp("planted")
    factor = np.ones(images.shape[1])
    for name, channels in {"model": [], "planted": [3, 20, 37, 52]}.items():
        factor[channels] = 500
        arrays = {"scale": scale * factor, "hidden": hidden / factor[:, None], "readout": readout}
        nodes = [helper.make_node("LayerNormalization", ["x", "scale"], ["n"], "norm"), helper.make_node("MatMul", ["n", "hidden"], ["h"], "hidden"),
                 helper.make_node("Relu", ["h"], ["r"], "relu"), helper.make_node("MatMul", ["r", "readout"], ["y"], "readout")]
        graph = helper.make_graph(nodes, name, [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, images.shape[1]])],
                                  [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 10])],
                                  [numpy_helper.from_array(array.astype(np.float32), key) for key, array in arrays.items()])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), folder / f"{name}.onnx")
    np.savez(folder / "calibration.npz", x=images[:half, None])
    return folder, images[half:, None], digits.labels[half:]


def accuracy(outputs, labels):
    return np.mean(outputs.reshape(len(labels), 10).argmax(1) == labels)


@pytest.mark.parametrize("method", ["none", "smoothquant", "outlier-suppression-plus", "aqas"])
def test_planted_outliers(programs, classifier, execute, tmp_path, method):
    folder, images, labels = classifier
    wanted = accuracy(np.stack([run(folder / "model.onnx", image) for image in images]), labels)
    planted = accuracy(np.stack([run(folder / "planted.onnx", image) for image in images]), labels)
    assert wanted > 0.85 and planted == wanted  # the rescaling is exact
    made = programs.quernc(folder / "planted.onnx", "--quantize=W8A8", f"--calibration-data={folder / 'calibration.npz'}",
                           f"--method={method}", "-o", tmp_path / "model.so")
    assert made.returncode == 0, made.stderr
    got = accuracy(execute(tmp_path / "model.so", x=images)["y"], labels)
    if method == "none":
        assert got < wanted - 0.1
    else:
        assert got >= wanted * (1 - 0.005)


def test_awq_composes_with_gptq(programs, block, execute, tmp_path):
    """Both halve the error of plain rounding; the channels of this model are independent, which leaves nothing to compensate."""
    x = np.random.default_rng(11).normal(size=(4, ROWS, WIDTH)).astype(np.float32)
    wanted = np.stack([run(block / "model.onnx", sample) for sample in x])
    errors = []
    for method in ("none", "awq", "awq,gptq"):
        made = programs.quernc(block / "model.onnx", "--quantize=W3A16", "--group-size=12", f"--method={method}",
                               f"--calibration-data={block / 'calibration.npz'}", "-o", tmp_path / "model.so")
        assert made.returncode == 0, made.stderr
        errors.append(np.linalg.norm(execute(tmp_path / "model.so", x=x)["y"] - wanted))
    assert max(errors[1:]) < errors[0] / 2, errors


REFUSED = [("awq", "W8A8", "quantizes activations; accepted are none, smoothquant"),
           ("smoothquant", "W4A16", "leaves activations float; accepted are none, awq"),
           ("aqas", "W4A16", "leaves activations float")]


@pytest.mark.parametrize("method, scheme, reason", REFUSED)
def test_methods_that_do_not_fit_are_refused(programs, block, tmp_path, method, scheme, reason):
    made = programs.quernc(block / "model.onnx", f"--quantize={scheme}", f"--method={method}",
                           f"--calibration-data={block / 'calibration.npz'}", "-o", tmp_path / "model.so")
    assert made.returncode == 1 and re.search(f"--method: {method} .*{reason}", made.stderr), made.stderr
    assert not (tmp_path / "model.so").exists()


def test_awq_needs_data(programs, block, tmp_path):
    made = programs.quernc(block / "model.onnx", "--quantize=W4A16", "--method=awq", "-o", tmp_path / "model.so")
    assert made.returncode == 1 and "give --calibration-data" in made.stderr


@pytest.mark.parametrize("scheme", ["W4A16", "W8A8"])
def test_bias_correction(programs, execute, tmp_path, scheme):
    """The mean of each output, over the calibration samples, comes nearer to that of the float model."""
    random = np.random.default_rng(29)
    arrays = {"w": random.normal(size=(WIDTH, 8)), "b": random.normal(size=8)}
    graph = helper.make_graph([helper.make_node("Gemm", ["x", "w", "b"], ["y"], "gemm")], "biased",
                              [helper.make_tensor_value_info("x", TensorProto.FLOAT, [ROWS, WIDTH])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [ROWS, 8])],
                              [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), tmp_path / "model.onnx")
    x = random.uniform(0.5, 1.5, size=(16, ROWS, WIDTH)).astype(np.float32)
    np.savez(tmp_path / "calibration.npz", x=x)
    wanted = (x @ arrays["w"] + arrays["b"]).mean((0, 1))
    errors = {}
    for method in ("none", "bias-correction"):
        made = programs.quernc(tmp_path / "model.onnx", f"--quantize={scheme}", f"--method={method}",
                               f"--calibration-data={tmp_path / 'calibration.npz'}", "-o", tmp_path / "model.so")
        assert made.returncode == 0, made.stderr
        errors[method] = np.abs(execute(tmp_path / "model.so", x=x)["y"].mean((0, 1)) - wanted).max()
    assert errors["bias-correction"] < errors["none"] / (20 if scheme == "W4A16" else 2), errors
