"""A model beyond the limits of --help is refused within seconds, and nothing is written.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import pytest
from onnx import TensorProto, helper, save


def chain(path, length):
    nodes = [helper.make_node("Sigmoid", [f"v{i}"], [f"v{i + 1}"], f"sigmoid_{i}") for i in range(length)]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 8]) for name in ("v0", f"v{length}")]
    graph = helper.make_graph(nodes, "chain", ends[:1], ends[1:])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def test_too_many_operators(programs, tmp_path):
    chain(tmp_path / "long.onnx", 21_000)
    ran = programs.quernc(tmp_path / "long.onnx", "-o", tmp_path / "long.so")
    assert ran.returncode == 1, ran.stderr
    assert "node 'sigmoid_" in ran.stderr and "20000" in ran.stderr
    assert not (tmp_path / "long.so").exists()


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
