# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Weights that make good for the rounding errors of those before them (--method=drift-correction)."""
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

WIDTH, TOKENS, LAYERS = 24, 12, 6


def draw(random, count):
    """Token rows whose features move together."""
    return (random.normal(size=(count, TOKENS, 8)) @ random.normal(size=(8, WIDTH))).astype(np.float32)


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """A residual chain of products, every kind that has rows: MatMul, Gemm with a bias, Conv of one token wide."""
    folder = tmp_path_factory.mktemp("chain")
    random = np.random.default_rng(11)
    nodes, arrays, value = [], {}, "x"
    for layer in range(LAYERS):
        arrays[f"w{layer}"] = random.normal(size=(WIDTH, WIDTH)) / WIDTH**0.5
        if layer % 3 == 0:
            nodes.append(helper.make_node("MatMul", [value, f"w{layer}"], [f"p{layer}"], f"product{layer}"))
        elif layer % 3 == 1:
            arrays[f"b{layer}"] = random.normal(size=WIDTH)
            nodes.append(helper.make_node("Gemm", [value, f"w{layer}", f"b{layer}"], [f"p{layer}"], f"product{layer}",
                                          alpha=0.5, beta=2.0, transB=1))
        else:
            arrays[f"w{layer}"] = arrays[f"w{layer}"].reshape(WIDTH, WIDTH, 1)
            nodes += [helper.make_node("Transpose", [value], [f"t{layer}"], perm=[1, 0]),
                      helper.make_node("Unsqueeze", [f"t{layer}", "zero"], [f"u{layer}"]),
                      helper.make_node("Conv", [f"u{layer}", f"w{layer}"], [f"c{layer}"], f"product{layer}"),
                      helper.make_node("Squeeze", [f"c{layer}", "zero"], [f"s{layer}"]),
                      helper.make_node("Transpose", [f"s{layer}"], [f"p{layer}"], perm=[1, 0])]
        nodes += [helper.make_node("LeakyRelu", [f"p{layer}"], [f"a{layer}"], alpha=0.5),
                  helper.make_node("Add", [value, f"a{layer}"], [f"r{layer}"])]
        value = f"r{layer}"
    initializers = [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()]
    initializers.append(numpy_helper.from_array(np.array([0]), "zero"))
    graph = helper.make_graph(nodes, "chain", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [TOKENS, WIDTH])],
                              [helper.make_tensor_value_info(value, TensorProto.FLOAT, [TOKENS, WIDTH])], initializers)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), folder / "model.onnx")
    mixing = np.random.default_rng(12)
    samples = draw(mixing, 96)
    np.savez(folder / "calibration.npz", x=samples[:64])
    np.savez(folder / "shuffled.npz", x=samples[:64][np.random.default_rng(1).permutation(64)])
    np.save(folder / "held_out.npy", samples[64:])
    return folder


def compiled(programs, chain, output, *flags, data="calibration.npz"):
    made = programs.quernc(chain / "model.onnx", "-o", output, *flags, f"--calibration-data={chain / data}")
    assert made.returncode == 0, made.stderr
    return output


@pytest.mark.parametrize("scheme", [("--quantize=W3A16", "--group-size=8"), ("--quantize=W3A8",),
                                    ("--quantize=W3A8", "--activations=dynamic")])
def test_the_error_of_held_out_outputs_falls(programs, chain, execute, tmp_path, scheme):
    x = np.load(chain / "held_out.npy")
    assert programs.quernc(chain / "model.onnx", "-o", tmp_path / "float.so").returncode == 0
    output = f"r{LAYERS - 1}"
    exact = execute(tmp_path / "float.so", x=x)[output]
    errors = {}
    for method in ("gptq,bias-correction", "gptq,bias-correction,drift-correction"):
        path = compiled(programs, chain, tmp_path / "model.so", *scheme, f"--method={method}")
        errors[method] = float(((execute(path, x=x)[output] - exact) ** 2).mean())
    alone, corrected = errors.values()
    assert corrected < 0.92 * alone, errors


def test_the_order_of_samples_plays_no_part(programs, chain, tmp_path):
    flags = ("--quantize=W3A16", "--group-size=8", "--method=gptq,drift-correction")
    first = compiled(programs, chain, tmp_path / "first.so", *flags)
    second = compiled(programs, chain, tmp_path / "second.so", *flags, data="shuffled.npz")
    assert first.read_bytes() == second.read_bytes()


def test_every_target_computes_the_same(programs, chain, tmp_path):
    compiled(programs, chain, tmp_path / "model.so", "--quantize=W4A8", "--method=auto", "--verify=reference")


def test_rounding_to_nearest_takes_part(programs, chain, execute, tmp_path):
    """Without gptq: the corrected weights are rounded to nearest."""
    x = np.load(chain / "held_out.npy")
    output = f"r{LAYERS - 1}"
    assert programs.quernc(chain / "model.onnx", "-o", tmp_path / "float.so").returncode == 0
    exact = execute(tmp_path / "float.so", x=x)[output]
    errors = []
    for method in ("none", "drift-correction"):
        path = compiled(programs, chain, tmp_path / "model.so", "--quantize=W3A16", f"--method={method}")
        errors.append(float(((execute(path, x=x)[output] - exact) ** 2).mean()))
    assert errors[1] < 0.92 * errors[0], errors


def test_it_needs_data(programs, chain, tmp_path):
    made = programs.quernc(chain / "model.onnx", "-o", tmp_path / "model.so", "--quantize=W4A16",
                           "--method=drift-correction")
    assert made.returncode == 1 and "give --calibration-data" in made.stderr
    assert not (tmp_path / "model.so").exists()


@pytest.mark.parametrize("weight, factor, reason", [(np.inf, 1, "a weight with NaN or infinite elements"),
                                                    (1, 1000, "NaN or infinite activations on the calibration data")])
def test_what_is_not_finite_is_refused_once_by_its_node(programs, tmp_path, weight, factor, reason):
    random = np.random.default_rng(5)
    arrays = {name: random.normal(size=(WIDTH, WIDTH)).astype(np.float32) for name in "ab"}
    arrays["b"][0, 0] = weight
    nodes = [helper.make_node("MatMul", ["x", "a"], ["t"], "first"), helper.make_node("Exp", ["t"], ["u"], "grow"),
             helper.make_node("MatMul", ["u", "b"], ["y"], "second")]
    graph = helper.make_graph(nodes, "grow", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [TOKENS, WIDTH])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [TOKENS, WIDTH])],
                              [numpy_helper.from_array(array, name) for name, array in arrays.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), tmp_path / "model.onnx")
    np.savez(tmp_path / "data.npz", x=factor * random.normal(size=(4, TOKENS, WIDTH)).astype(np.float32))
    made = programs.quernc(tmp_path / "model.onnx", "-o", tmp_path / "model.so", "--quantize=W4A16",
                           "--method=drift-correction", f"--calibration-data={tmp_path / 'data.npz'}")
    assert made.returncode == 1 and not (tmp_path / "model.so").exists()
    errors = [line for line in made.stderr.splitlines() if "error:" in line]
    assert len(errors) == 1 and "node 'second'" in errors[0] and reason in errors[0], made.stderr
