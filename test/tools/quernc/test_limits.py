"""A model beyond the limits of --help is refused within seconds, and nothing is written.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import time

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper, save

from conftest import seconds


def info(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def save_graph(path, nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(initializers))
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def refuse(programs, folder, *words):
    """The model of the folder is refused for these reasons within seconds."""
    begin = time.monotonic()
    ran = programs.quernc(folder / "model.onnx", "-o", folder / "model.so")
    assert ran.returncode == 1 and all(word in ran.stderr for word in words), ran.stderr
    assert not (folder / "model.so").exists()
    assert time.monotonic() - begin < seconds(30)


def chain(path, length):
    save_graph(path, [helper.make_node("Sigmoid", [f"v{i}"], [f"v{i + 1}"], f"sigmoid_{i}") for i in range(length)],
               [info("v0", [1, 8])], [info(f"v{length}", [1, 8])])


def test_too_many_operators(programs, tmp_path):
    chain(tmp_path / "model.onnx", 11_000)
    refuse(programs, tmp_path, "node 'sigmoid_10000'", "10000")


def test_too_many_contractions(programs, tmp_path):
    weight = numpy_helper.from_array(np.zeros((8, 8), np.float32), "w")
    save_graph(tmp_path / "model.onnx", [helper.make_node("MatMul", [f"v{i}", "w"], [f"v{i + 1}"], f"product_{i}") for i in range(1300)],
               [info("v0", [1, 8])], [info("v1300", [1, 8])], [weight])
    refuse(programs, tmp_path, "node 'product_1250'", "counts as 8")


def test_too_many_outputs(programs, tmp_path):
    """Without compilation there is no such limit, and time and memory are not quadratic."""
    count = 20_000
    save_graph(tmp_path / "model.onnx", [helper.make_node("Relu", ["x"], [f"y{i}"], f"relu_{i}") for i in range(count)],
               [info("x", [1, 8])], [info(f"y{i}", [1, 8]) for i in range(count)])
    refuse(programs, tmp_path, "model.onnx: the model has 20001 inputs and outputs", "2000")
    begin = time.monotonic()
    ran = programs.quernc(tmp_path / "model.onnx", "-o", tmp_path / "out.onnx")
    assert ran.returncode == 0, ran.stderr
    assert time.monotonic() - begin < seconds(30)


def test_too_many_operands(programs, tmp_path):
    save_graph(tmp_path / "model.onnx", [helper.make_node("Concat", ["x"] * 1001, ["y"], "join", axis=0)],
               [info("x", [1, 8])], [info("y", [1001, 8])])
    refuse(programs, tmp_path, "node 'join'", "1000")


def test_a_wide_concatenation(programs, execute, tmp_path):
    """Joined in groups; each part goes where it belongs."""
    count = 70
    save_graph(tmp_path / "model.onnx", [helper.make_node("Mul", ["x", f"s{i}"], [f"p{i}"], f"scale_{i}") for i in range(count)] +
               [helper.make_node("Concat", [f"p{i}" for i in range(count)], ["y"], "join", axis=1)],
               [info("x", [2, 1, 3])], [info("y", [2, count, 3])],
               [numpy_helper.from_array(np.float32(i + 1), f"s{i}") for i in range(count)])
    made = programs.quernc(tmp_path / "model.onnx", "-o", tmp_path / "model.so")
    assert made.returncode == 0, made.stderr
    x = np.arange(6, dtype=np.float32).reshape(1, 2, 1, 3)
    wanted = x * np.arange(1, count + 1, dtype=np.float32).reshape(1, 1, count, 1)
    assert np.array_equal(execute(tmp_path / "model.so", x=x)["y"], wanted)


def test_a_long_chain_compiles(programs, tmp_path):
    chain(tmp_path / "chain.onnx", 300)
    assert programs.quernc(tmp_path / "chain.onnx", "-o", tmp_path / "chain.so").returncode == 0


@pytest.mark.parametrize("op, dtype", [("ConstantOfShape", TensorProto.FLOAT), ("Expand", TensorProto.FLOAT)])
@pytest.mark.parametrize("extent", [2**33, 2**40])
def test_too_large_a_tensor(programs, tmp_path, op, dtype, extent):
    size = helper.make_tensor("size", TensorProto.INT64, [1], [extent])
    inputs = ["size"] if op == "ConstantOfShape" else ["x", "size"]
    graph = helper.make_graph([helper.make_node(op, inputs, ["large"], "grow"), helper.make_node("ReduceMax", ["large"], ["y"], "shrink")],
                              "g", [helper.make_tensor_value_info("x", dtype, [1])], [helper.make_tensor_value_info("y", dtype, [1])], [size])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), tmp_path / "model.onnx")
    ran = programs.quernc(tmp_path / "model.onnx", "-o", tmp_path / "model.so")
    assert ran.returncode == 1 and "'grow'" in ran.stderr and "2 GiB" in ran.stderr, ran.stderr
