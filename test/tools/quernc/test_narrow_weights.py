"""Weights of fewer than 8 bits beside activations of 8: the same bits on both targets, and what ONNX Runtime makes of the hub form.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

ROWS, COLUMNS = 50, 40  # 50 = 32 + 18: the last group is shorter
SCHEMES = [(2, 16, "asymmetric"), (3, 10, "symmetric"), (4, 32, "asymmetric"), (4, 32, "symmetric"), (4, 7, "asymmetric"),
           (4, -1, "asymmetric"), (5, 32, "asymmetric"), (7, -1, "symmetric"), (8, 32, "symmetric"), (8, 16, "asymmetric"),
           (8, -1, "asymmetric")]
CPUS = [["--mcpu=x86-64"], ["--mcpu=haswell"], ["--mcpu=haswell", "--activation-type=s8"], ["--activation-type=s8"], []]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A convolution, a MatMul with a bias of its own, and a transposed Gemm with factors."""
    random = np.random.default_rng(3)
    arrays = {"kernel": random.normal(size=(4, 3, 3, 3)), "shift": random.normal(size=4), "first": random.normal(size=(ROWS, COLUMNS)),
              "bias": random.normal(size=COLUMNS), "second": random.normal(size=(24, COLUMNS)), "third": random.normal(size=24)}
    nodes = [helper.make_node("Conv", ["x", "kernel", "shift"], ["features"], "conv", pads=[1, 1, 1, 1]),
             helper.make_node("Relu", ["features"], ["positive"], "relu"),
             helper.make_node("MatMul", ["positive", "first"], ["product"], "product"),
             helper.make_node("Add", ["product", "bias"], ["hidden"], "add"), helper.make_node("Relu", ["hidden"], ["active"], "relu2"),
             helper.make_node("Flatten", ["active"], ["flat"], "flatten", axis=3),
             helper.make_node("Gemm", ["flat", "second", "third"], ["y"], "gemm", alpha=0.5, beta=0.25, transB=1)]
    graph = helper.make_graph(nodes, "narrow", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 6, ROWS])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [24, 24])],
                              [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()])
    path = tmp_path_factory.mktemp("narrow") / "model.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), path)
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    x = np.random.default_rng(5).normal(size=(16, 1, 3, 6, ROWS)).astype(np.float32)
    path = tmp_path_factory.mktemp("data") / "calibration.npz"
    np.savez(path, x=x)
    return path


@pytest.mark.parametrize("bits, group, scheme", SCHEMES)
def test_targets_and_onnxruntime_agree(programs, model, data, execute, tmp_path, bits, group, scheme):
    flags = [f"--quantize=W{bits}A8", f"--group-size={group}", f"--weight-scheme={scheme}", f"--calibration-data={data}"]
    x = np.load(data)["x"][:4]
    outputs = {}
    for target in ("cpu", "reference"):
        made = programs.quernc(model, "-o", tmp_path / f"{target}.so", f"--target={target}", "--fail-on-float", *flags)
        assert made.returncode == 0, made.stderr
        outputs[target] = execute(tmp_path / f"{target}.so", x=x)["y"]
    np.testing.assert_array_equal(outputs["cpu"].view(np.uint32), outputs["reference"].view(np.uint32))
    made = programs.quernc(model, "-o", tmp_path / "qdq.onnx", "--fail-on-float", *flags)
    assert made.returncode == 0, made.stderr
    onnx.checker.check_model(str(tmp_path / "qdq.onnx"), full_check=True)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(tmp_path / "qdq.onnx"), options, providers=["CPUExecutionProvider"])
    theirs = np.stack([session.run(None, {"x": sample})[0] for sample in x])
#A code that lies on a tie may flip; one flip moves an output by about a step of its product.
    spread = np.abs(theirs).max()
    different = np.abs(outputs["cpu"] - theirs) > 1e-5 * spread
    assert different.mean() < 0.01 and np.abs(outputs["cpu"] - theirs).max() < 0.02 * spread


@pytest.mark.parametrize("flags", CPUS, ids=" ".join)
def test_older_processors_give_the_same_bits(programs, model, data, execute, tmp_path, flags):
    common = ["--quantize=W4A8", "--group-size=8", f"--calibration-data={data}"]
    x = np.load(data)["x"][:2]
    signed = [flag for flag in flags if flag.startswith("--activation")]
    assert programs.quernc(model, "-o", tmp_path / "r.so", "--target=reference", *common, *signed).returncode == 0
    assert programs.quernc(model, "-o", tmp_path / "c.so", *common, *flags).returncode == 0
    np.testing.assert_array_equal(execute(tmp_path / "c.so", x=x)["y"].view(np.uint32), execute(tmp_path / "r.so", x=x)["y"].view(np.uint32))


def test_one_group_is_one_scale_per_channel(programs, model, data, execute, tmp_path):
    outputs = []
    for group in (-1, 1000):
        made = programs.quernc(model, "-o", tmp_path / "m.so", "--quantize=W4A8", f"--group-size={group}", f"--calibration-data={data}")
        assert made.returncode == 0, made.stderr
        outputs.append(execute(tmp_path / "m.so", x=np.load(data)["x"])["y"])
    np.testing.assert_array_equal(*outputs)


def test_smaller_groups_err_less(programs, model, data, execute, tmp_path):
    x = np.load(data)["x"]
    assert programs.quernc(model, "-o", tmp_path / "float.so").returncode == 0
    exact = execute(tmp_path / "float.so", x=x)["y"]
    errors = []
    for group in (8, 1000):
        made = programs.quernc(model, "-o", tmp_path / "m.so", "--quantize=W3A8", f"--group-size={group}", f"--calibration-data={data}", "--method=none")
        assert made.returncode == 0, made.stderr
        errors.append(float(((execute(tmp_path / "m.so", x=x)["y"] - exact) ** 2).mean()))
    assert errors[0] < 0.8 * errors[1]


def test_groups_and_one_scale_per_tensor_exclude_each_other(programs, model, data, tmp_path):
    made = programs.quernc(model, "-o", tmp_path / "m.so", "--quantize=W4A8", "--group-size=8", "--weight-granularity=tensor", f"--calibration-data={data}")
    assert made.returncode == 1 and "not both" in made.stderr


@pytest.fixture(scope="module")
def correlated(tmp_path_factory):
    """Samples whose features and pixels move together, as activations do."""
    random = np.random.default_rng(9)
    x = random.normal(size=(24, 1, 3, 6, 6)) @ random.normal(size=(6, ROWS)) + 0.1 * random.normal(size=(24, 1, 3, 6, ROWS))
    path = tmp_path_factory.mktemp("data") / "calibration.npz"
    np.savez(path, x=x.astype(np.float32))
    return path


@pytest.mark.parametrize("scheme, group", [("W4A8", 16), ("W4A8", -1), ("W3A8", -1)])
def test_rounding_methods_lower_the_error(programs, model, correlated, execute, tmp_path, scheme, group):
    x = np.load(correlated)["x"]
    assert programs.quernc(model, "-o", tmp_path / "float.so").returncode == 0
    exact = execute(tmp_path / "float.so", x=x)["y"]
    errors = {}
    for method in ("none", "clip", "gptq", "auto"):
        flags = [f"--quantize={scheme}", f"--group-size={group}", f"--method={method}", f"--calibration-data={correlated}"]
        made = programs.quernc(model, "-o", tmp_path / "m.so", *flags)
        assert made.returncode == 0, made.stderr
        errors[method] = float(((execute(tmp_path / "m.so", x=x)["y"] - exact) ** 2).mean())
    assert errors["gptq"] < 0.8 * errors["none"] and errors["auto"] < 0.8 * errors["none"]
    assert programs.quernc(model, "-o", tmp_path / "d.so", *flags[:2], flags[3]).returncode == 0
    assert (tmp_path / "d.so").read_bytes() == (tmp_path / "m.so").read_bytes(), "auto is the default below 8 bits"


def test_eight_bits_are_rounded_by_method_when_asked(programs, model, correlated, execute, tmp_path):
    made = {}
    for method in ("none", "gptq"):
        flags = ["--quantize=W8A8", f"--calibration-data={correlated}", f"--method={method}"]
        for target in ("cpu", "reference"):
            assert programs.quernc(model, "-o", tmp_path / f"{target}.so", f"--target={target}", *flags).returncode == 0
        outputs = [execute(tmp_path / f"{target}.so", x=np.load(correlated)["x"][:2])["y"] for target in ("cpu", "reference")]
        np.testing.assert_array_equal(*outputs)
        made[method] = outputs[0].tobytes()
    assert made["none"] != made["gptq"]


def test_narrow_weights_are_packed(programs, tmp_path):
    """A matrix of which nothing but weights is worth counting: half a byte each, and per group 5 bytes of scale and lowest weight."""
    random, terms, columns = np.random.default_rng(3), 512, 256
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"], "product")], "matrix",
                              [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, terms])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, columns])],
                              [numpy_helper.from_array(random.normal(size=(terms, columns)).astype(np.float32), "w")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), tmp_path / "m.onnx")
    np.savez(tmp_path / "c.npz", x=random.normal(size=(4, 1, terms)).astype(np.float32))
    sizes = {}
    for flags in (["--quantize=W8A8"], ["--quantize=W4A8"], ["--quantize=W4A8", "--weight-scheme=symmetric"],
                  ["--quantize=W4A8", "--group-size=128"]):
        made = programs.quernc(tmp_path / "m.onnx", "-o", tmp_path / "m.so", "--method=none", f"--calibration-data={tmp_path / 'c.npz'}", *flags)
        assert made.returncode == 0, made.stderr
        sizes[" ".join(flags)] = json.loads(programs.quern_run(tmp_path / "m.so", "--describe", "--json").stdout)["weight_bytes"]
    byte, channel, symmetric, group = sizes.values()
    assert byte >= terms * columns
    assert max(channel, symmetric) < 0.53 * byte
    assert group < 0.62 * byte
