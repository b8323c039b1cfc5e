"""The method auto chooses by the error of the model's outputs, says so, and never ends behind plain rounding.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

ROWS, WIDTH = 16, 32


@pytest.fixture(scope="module")
def outlying(tmp_path_factory):
    """A normalization with outlying channels before two products: 8 bits per tensor lose much of them."""
    random = np.random.default_rng(5)
    scale = random.uniform(0.5, 2, WIDTH)
    scale[[3, 17]] = [90, 60]
    arrays = {"scale": scale, "shift": random.normal(size=WIDTH), "up": random.normal(size=(WIDTH, WIDTH)) / scale[:, None],
              "down": random.normal(size=(WIDTH, WIDTH))}
    node = helper.make_node
    nodes = [node("LayerNormalization", ["x", "scale", "shift"], ["n"], "norm"), node("MatMul", ["n", "up"], ["u"], "up"),
             node("Relu", ["u"], ["r"], "relu"), node("MatMul", ["r", "down"], ["y"], "down")]
    graph = helper.make_graph(nodes, "outlying", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [ROWS, WIDTH])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [ROWS, WIDTH])],
                              [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()])
    folder = tmp_path_factory.mktemp("auto")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), folder / "model.onnx")
    np.savez(folder / "calibration.npz", x=random.normal(size=(16, ROWS, WIDTH)).astype(np.float32))
    np.savez(folder / "held.npz", x=random.normal(size=(8, ROWS, WIDTH)).astype(np.float32))
    return folder


def outputs(programs, folder, artefact):
    done = programs.quern_run(artefact, "--samples", folder / "held.npz", "--outputs", artefact.with_suffix(".npz"))
    assert done.returncode == 0, done.stderr
    return np.load(artefact.with_suffix(".npz"))["y"]


def compile_(programs, folder, artefact, *flags):
    made = programs.quernc(folder / "model.onnx", "-o", artefact, *flags)
    assert made.returncode == 0, made.stderr
    return made.stderr


def w8a8(folder, data="calibration.npz"):
    return ["--quantize=W8A8", f"--calibration-data={folder / data}"]


def test_it_is_the_default_and_better_than_plain_rounding(programs, outlying, tmp_path):
    compile_(programs, outlying, tmp_path / "float.so")
    compile_(programs, outlying, tmp_path / "none.so", *w8a8(outlying), "--method=none")
    told = compile_(programs, outlying, tmp_path / "auto.so", *w8a8(outlying))
    found = re.search(r"method auto: .* on \d+ edges.* squared error of the outputs (\S+) instead of (\S+) on 8 samples", told)
    assert found and float(found[1]) < float(found[2]) / 4
    truth, none, auto = (outputs(programs, outlying, tmp_path / f"{name}.so") for name in ("float", "none", "auto"))
    assert np.square(auto - truth).sum() < np.square(none - truth).sum() / 4


def test_the_order_of_samples_plays_no_part(programs, outlying, tmp_path):
    data = np.load(outlying / "calibration.npz")["x"]
    np.savez(tmp_path / "shuffled.npz", x=data[np.random.default_rng(1).permutation(len(data))])
    compile_(programs, outlying, tmp_path / "a.so", *w8a8(outlying))
    compile_(programs, outlying, tmp_path / "b.so", "--quantize=W8A8", f"--calibration-data={tmp_path / 'shuffled.npz'}")
    assert (tmp_path / "a.so").read_bytes() == (tmp_path / "b.so").read_bytes()


def test_both_targets_give_the_same_bits(programs, outlying, tmp_path):
    for target in ("cpu", "reference"):
        compile_(programs, outlying, tmp_path / f"{target}.so", *w8a8(outlying), f"--target={target}")
    np.testing.assert_array_equal(*(outputs(programs, outlying, tmp_path / f"{target}.so") for target in ("cpu", "reference")))


def test_a_cache_alone_has_nothing_to_compare_on(programs, outlying, tmp_path):
    cache = f"--calibration-cache={tmp_path / 'cache.json'}"
    compile_(programs, outlying, tmp_path / "a.so", *w8a8(outlying), cache)
    told = compile_(programs, outlying, tmp_path / "b.so", "--quantize=W8A8", cache)
    assert "--method=auto compares methods on samples" in told


def test_integers_up_to_the_outputs_stay_integers(programs, tmp_path, outlying):
    """--fail-on-float forbids that a search leaves an op float; the normalization is float anyway and is told."""
    made = programs.quernc(outlying / "model.onnx", "-o", tmp_path / "x.so", *w8a8(outlying), "--fail-on-float")
    assert made.returncode == 1 and "norm" in made.stderr
    assert "integers would add to the error" not in made.stderr


def test_rows_that_find_their_own_scales_are_not_searched(programs, outlying, tmp_path):
    """A value that one product reads at a static scale and another at scales of its rows."""
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text('version: 1\nrules:\n  - match: {name: "down"}\n    activations: {bits: 8, mode: dynamic}\n    methods: [none]\n')
    for target in ("cpu", "reference"):
        flags = [f"--recipe={recipe}", f"--calibration-data={outlying / 'calibration.npz'}", f"--target={target}"]
        assert "method auto:" in compile_(programs, outlying, tmp_path / f"{target}.so", *flags)
    np.testing.assert_array_equal(*(outputs(programs, outlying, tmp_path / f"{target}.so") for target in ("cpu", "reference")))


def save(folder, nodes, arrays, input_shape, output_shape, data):
    graph = helper.make_graph(nodes, "auto", [helper.make_tensor_value_info("x", TensorProto.FLOAT, input_shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, output_shape)],
                              [numpy_helper.from_array(array if array.dtype == np.int64 else array.astype(np.float32), name)
                               for name, array in arrays.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), folder / "model.onnx")
    for name, samples in zip(("calibration", "held"), np.split(data.astype(np.float32), [len(data) * 2 // 3])):
        np.savez(folder / f"{name}.npz", x=samples)


def errors(programs, folder):
    """Squared errors of plain rounding and of auto against float, and what auto says."""
    compile_(programs, folder, folder / "float.so")
    compile_(programs, folder, folder / "none.so", *w8a8(folder), "--method=none")
    told = compile_(programs, folder, folder / "auto.so", *w8a8(folder))
    truth, none, auto = (outputs(programs, folder, folder / f"{name}.so") for name in ("float", "none", "auto"))
    return np.square(none - truth).sum(), np.square(auto - truth).sum(), told


def test_a_small_product_whose_codes_cost_much_stays_float(programs, tmp_path):
    """Two elements 100 times as large as the others stand anywhere in every row, so that scales of rows are no help; the product
    behind it has 1 % of all weights."""
    random = np.random.default_rng(2)
    data = random.normal(size=(96, ROWS, 8))
    places = random.random(data.shape).argsort(axis=-1)[..., :2]
    np.put_along_axis(data, places, np.broadcast_to([-100, 100], places.shape), axis=-1)
    widths = [8, 64, 192, 192, 16]
    arrays = {f"w{i}": random.normal(size=shape) / shape[0]**0.5 for i, shape in enumerate(zip(widths, widths[1:]))}
    node = helper.make_node
    nodes = [node("MatMul", ["x", "w0"], ["m0"], "first"), node("Tanh", ["m0"], ["t"], "tanh"), node("MatMul", ["t", "w1"], ["m1"], "second"),
             node("Relu", ["m1"], ["r1"], "relu"), node("MatMul", ["r1", "w2"], ["m2"], "third"), node("Relu", ["m2"], ["r2"], "relu2"),
             node("MatMul", ["r2", "w3"], ["y"], "last")]
    save(tmp_path, nodes, arrays, [ROWS, 8], [ROWS, 16], data)
    none, auto, told = errors(programs, tmp_path)
    assert "node 'first': MatMul stays float because it adds to the error of the outputs if it computes on integers" in told
    assert not any(f"node '{name}'" in told for name in ("second", "third")) and auto < none / 4


def test_attention_takes_the_range_that_was_observed(programs, tmp_path):
    """64 tokens that see each other alike: no probability comes near the 1 that Softmax could give. One map serves
    two products, so that its rows have no scales of their own."""
    random, tokens, width = np.random.default_rng(3), 64, 16
    data = random.normal(size=(96, tokens, width))
    arrays = {name: random.normal(size=(width, width)) / width**0.5 * (0.3 if name in "qk" else 1) for name in "qkvo"}
    node = helper.make_node
    nodes = [node("MatMul", ["x", name], [f"x{name}"], name) for name in "qkv"]
    nodes += [node("Transpose", ["xk"], ["kt"], "turn", perm=[1, 0]), node("MatMul", ["xq", "kt"], ["scores"], "scores"),
              node("Softmax", ["scores"], ["p"], "softmax", axis=-1), node("Reshape", ["xv", "two"], ["v2"], "split"), node("MatMul", ["p", "v2"], ["z2"], "mix"),
              node("Reshape", ["z2", "one"], ["z"], "join"), node("MatMul", ["z", "o"], ["y"], "o")]
    arrays |= {"two": np.array([2, tokens, width // 2]), "one": np.array([tokens, width])}
    save(tmp_path, nodes, arrays, [tokens, width], [tokens, width], data)
    none, auto, told = errors(programs, tmp_path)
    assert re.search(r"[1-9]\d* ranges refined", told), told
    assert auto < none / 5, (none, auto, told)


def test_maps_reach_products_behind_a_reshape(programs, tmp_path):
    """MatMul and Add on three axes are one Gemm between reshapes: codes ahead of the first are those of the mapped values."""
    random = np.random.default_rng(4)
    scale = random.uniform(0.5, 2, WIDTH)
    scale[[3, 17]] = [90, 60]
    arrays = {"scale": scale, "shift": random.normal(size=WIDTH), "w": random.normal(size=(WIDTH, WIDTH)) / scale[:, None], "b": random.normal(size=WIDTH)}
    node = helper.make_node
    nodes = [node("LayerNormalization", ["x", "scale", "shift"], ["n"], "norm"), node("MatMul", ["n", "w"], ["m"], "product"), node("Add", ["m", "b"], ["y"], "sum")]
    save(tmp_path, nodes, arrays, [4, ROWS, WIDTH], [4, ROWS, WIDTH], random.normal(size=(24, 4, ROWS, WIDTH)))
    none, auto, told = errors(programs, tmp_path)
    found = re.search(r"method auto: [a-z-]+ on 1 edges, none on 0.* squared error of the outputs (\S+) instead of (\S+) on", told)
    assert found and float(found[1]) < float(found[2]) / 4 and auto < none / 4, (none, auto, told)
