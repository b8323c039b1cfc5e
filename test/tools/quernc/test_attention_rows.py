"""Rows with scales of their own: of attention's probabilities, and of activations whose rows differ much.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import re

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

TOKENS, WIDTH = 48, 16


def save(folder, nodes, arrays, shape, random, values):
    graph = helper.make_graph(nodes, "rows", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
                              [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), folder / "model.onnx")
    np.savez(folder / "calibration.npz", x=values(random, 16))
    np.savez(folder / "held.npz", x=values(random, 8))
    return folder


@pytest.fixture(scope="module")
def attention(tmp_path_factory):
    """Two heads; each token looks at all tokens about alike, so that probabilities are about 1 / 48."""
    random = np.random.default_rng(11)
    arrays = {f"w{name}": random.normal(size=(WIDTH, WIDTH)).astype(np.float32) / np.float32(np.sqrt(WIDTH)) for name in "qkvo"}
    arrays |= {"heads": np.array([TOKENS, 2, WIDTH // 2]), "rows": np.array([2 * TOKENS, TOKENS]), "back": np.array([2, TOKENS, TOKENS]),
               "flat": np.array([TOKENS, WIDTH]), "root": np.float32(0.1)}
    node, nodes = helper.make_node, []
    for name, order in (("q", [1, 0, 2]), ("k", [1, 2, 0]), ("v", [1, 0, 2])):
        nodes += [node("MatMul", ["x", f"w{name}"], [name], name), node("Reshape", [name, "heads"], [f"{name}1"]),
                  node("Transpose", [f"{name}1"], [f"{name}2"], perm=order)]
    nodes += [node("MatMul", ["q2", "k2"], ["s"], "scores"), node("Mul", ["s", "root"], ["scaled"], "scaled"),
              node("Softmax", ["scaled"], ["p"], "probabilities", axis=-1),
              # Shapes as exporters leave them: rows stay whole.
              node("Reshape", ["p", "rows"], ["p1"], "flattened"), node("Reshape", ["p1", "back"], ["p2"], "restored"),
              node("MatMul", ["p2", "v2"], ["a"], "attended"), node("Transpose", ["a"], ["a1"], perm=[1, 0, 2]),
              node("Reshape", ["a1", "flat"], ["a2"]), node("MatMul", ["a2", "wo"], ["y"], "out")]

    def values(random, count):
        return random.normal(size=(count, TOKENS, WIDTH)).astype(np.float32)

    return save(tmp_path_factory.mktemp("attention"), nodes, arrays, [TOKENS, WIDTH], random, values)


@pytest.fixture(scope="module")
def uneven(tmp_path_factory):
    """Two products, and between them rows of which one is a hundred times as large as the others."""
    random = np.random.default_rng(13)
    width = 16 * WIDTH  # rounding rows is much less work than their products
    arrays = {name: random.normal(size=(width, width)).astype(np.float32) for name in ("up", "down")}
    nodes = [helper.make_node("MatMul", ["x", "up"], ["u"], "up"), helper.make_node("Relu", ["u"], ["r"], "relu"),
             helper.make_node("MatMul", ["r", "down"], ["d"], "down"),
             # What is left of a row does not depend on its size.
             helper.make_node("LayerNormalization", ["d", "one"], ["y"], "norm")]
    arrays["one"] = np.ones(width, np.float32)

    def values(random, count):
        return (random.normal(size=(count, TOKENS, width)) * np.where(np.arange(TOKENS) == 5, 100, 1)[:, None]).astype(np.float32)

    return save(tmp_path_factory.mktemp("uneven"), nodes, arrays, [TOKENS, width], random, values)


def run(programs, folder, artefact, *flags):
    """The outputs of held-out data, and what the compiler said."""
    made = programs.quernc(folder / "model.onnx", "-o", artefact, *flags)
    assert made.returncode == 0, made.stderr
    done = programs.quern_run(artefact, "--samples", folder / "held.npz", "--outputs", artefact.with_suffix(".npz"))
    assert done.returncode == 0, done.stderr
    return np.load(artefact.with_suffix(".npz"))["y"], made.stderr


def w8a8(folder, method):
    return ["--quantize=W8A8", f"--method={method}", f"--calibration-data={folder / 'calibration.npz'}"]


def error(y, truth):
    return np.square(y - truth, dtype=np.float64).sum()


def test_rows_of_probabilities_lose_less(programs, attention, tmp_path):
    truth, _ = run(programs, attention, tmp_path / "float.so")
    # The other methods alone, so that what differs is the rows.
    plain, _ = run(programs, attention, tmp_path / "plain.so", *w8a8(attention, "smoothquant"))
    rows, _ = run(programs, attention, tmp_path / "rows.so", *w8a8(attention, "smoothquant,attention-rows"))
    assert error(rows, truth) < 0.6 * error(plain, truth)


def test_both_targets_agree_to_the_bit(programs, attention, tmp_path):
    flags = w8a8(attention, "attention-rows")
    there, _ = run(programs, attention, tmp_path / "reference.so", *flags, "--target=reference")
    here, told = run(programs, attention, tmp_path / "cpu.so", *flags)
    assert np.array_equal(here, there)
    assert "MatMul stays float" not in told and "Softmax stays float" not in told


def test_the_exported_model_says_the_same(programs, attention, tmp_path):
    flags = w8a8(attention, "attention-rows")
    y, _ = run(programs, attention, tmp_path / "model.so", *flags)
    made = programs.quernc(attention / "model.onnx", "-o", tmp_path / "model.onnx", *flags, "--emit=onnx")
    assert made.returncode == 0, made.stderr
    exported = onnx.load(tmp_path / "model.onnx")
    assert "ReduceMax" in {node.op_type for node in exported.graph.node}
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(exported.SerializeToString(), options)
    theirs = np.stack([session.run(None, {"x": x})[0] for x in np.load(attention / "held.npz")["x"]])
    assert np.abs(y - theirs).max() <= 0.02 * np.abs(theirs).max()


def test_a_rule_keeps_static_codes(programs, attention, tmp_path):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("version: 1\ndefault:\n  methods: [attention-rows]\nrules:\n  - match: {name: ^attended$}\n    methods: [none]\n")
    data = f"--calibration-data={attention / 'calibration.npz'}"
    ruled, _ = run(programs, attention, tmp_path / "ruled.so", f"--recipe={recipe}", data)
    plain, _ = run(programs, attention, tmp_path / "plain.so", *w8a8(attention, "none"))
    assert np.array_equal(ruled, plain)


def test_auto_gives_rows_scales_where_one_scale_loses_much(programs, uneven, tmp_path):
    truth, _ = run(programs, uneven, tmp_path / "float.so")
    plain, _ = run(programs, uneven, tmp_path / "plain.so", *w8a8(uneven, "none"))
    auto, told = run(programs, uneven, tmp_path / "auto.so", *w8a8(uneven, "auto"))
    found = re.search(r"(\d+) of (\d+) activations with scales of rows", told)
    assert found and int(found[1]) == int(found[2]) == 2, told
    assert error(auto, truth) < 0.01 * error(plain, truth)
    there, _ = run(programs, uneven, tmp_path / "reference.so", *w8a8(uneven, "auto"), "--target=reference")
    assert np.array_equal(auto, there)


def test_without_floats_auto_keeps_static_codes(programs, attention, tmp_path):
    """Who refuses float ops gets none, and rows of probabilities all the same: softmax of codes gives them."""
    _, told = run(programs, attention, tmp_path / "model.so", *w8a8(attention, "auto"), "--fail-on-float")
    assert "0 of " in told and "stays float" not in told


def nodes_of(programs, artefact):
    described = programs.quern_run(artefact, "--describe", "--json")
    assert described.returncode == 0, described.stderr
    return {node["node"]: node for node in json.loads(described.stdout)["quantized_nodes"]}


def test_the_artefact_tells_of_rows(programs, attention, tmp_path):
    run(programs, attention, tmp_path / "model.so", *w8a8(attention, "attention-rows"))
    nodes = nodes_of(programs, tmp_path / "model.so")
    assert nodes["attended"]["first_activation"] == "u8 per row" and nodes["attended"]["activations"] == "u8"
    assert "first_activation" not in nodes["scores"]


@pytest.mark.parametrize("activations", ["--activation-type=s8", "--activation-scheme=symmetric"])
def test_other_codes_than_rows_have_are_kept_as_asked(programs, attention, uneven, tmp_path, activations):
    """Rows have u8 codes with zero points: who asks for others gets these, and hears of a method that cannot give them."""
    for model in (attention, uneven):
        _, told = run(programs, model, tmp_path / "model.so", *w8a8(model, "auto"), activations)
        assert "0 of 0 activations with scales of rows" in told
        assert "row" not in {word for node in nodes_of(programs, tmp_path / "model.so").values() for word in " ".join(node.values()).split()}
    refused = programs.quernc(attention / "model.onnx", "-o", tmp_path / "no.so", *w8a8(attention, "attention-rows"), activations)
    assert refused.returncode in (1, 2) and "'attention-rows': dynamic activations have u8 codes" in refused.stderr
    assert not (tmp_path / "no.so").exists()
