"""Calibration at lengths of sequences: scales in closed form, the budget of tokens, what is told and what is refused.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

WIDTH, LARGEST = 4, 3.0


@pytest.fixture(scope="module")
def summing(tmp_path_factory):
    """A model whose product reads the sum over the sequence: of equal tokens it is as large as the sequence is long."""
    weight = np.random.default_rng(5).normal(size=(WIDTH, 2)).astype(np.float32)
    nodes = [helper.make_node("ReduceSum", ["x", "axis"], ["sum"], "sum", keepdims=0), helper.make_node("MatMul", ["sum", "w"], ["y"], "product")]
    graph = helper.make_graph(nodes, "summing", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", "sequence", WIDTH])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 2])],
                              [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(np.array([1]), "axis")])
    folder = tmp_path_factory.mktemp("length")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), folder / "model.onnx")
    token = np.array([LARGEST, 1, 2, 0.5], np.float32)
    np.savez(folder / "long.npz", x=np.tile(token, (6, 512, 1)))
    shrunk = np.stack([token * (1 - 0.01 * i) for i in range(12)])  # samples that differ, for the quarter that is held back
    np.savez(folder / "several.npz", x=np.repeat(shrunk[:, None], 512, axis=1))
    return folder


def compile(programs, folder, output, *flags, data="long.npz"):
    return programs.quernc(folder / "model.onnx", "--quantize=W8A8", "--method=none", "--observer=min-max", "--dim=batch=1",
                           f"--calibration-data={folder / data}", "-o", output, *flags)


def scale_of(path):
    """The scale of the only activation that is quantized."""
    model = onnx.load(path)
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    constants |= {node.output[0]: numpy_helper.to_array(node.attribute[0].t) for node in model.graph.node if node.op_type == "Constant"}
    scales = [constants[node.input[1]] for node in model.graph.node if node.op_type == "QuantizeLinear"]
    assert len(scales) == 1
    return float(scales[0])


@pytest.mark.parametrize("lengths, longest", [("8", 8), ("64", 64), ("512", 512), ("8:3,16", 16), ("32,128:2", 128)])
def test_scales_are_those_of_the_length(programs, summing, tmp_path, lengths, longest):
    made = compile(programs, summing, tmp_path / "model.onnx", f"--calibration-length={lengths}", "--emit=onnx")
    assert made.returncode == 0, made.stderr
    assert scale_of(tmp_path / "model.onnx") == pytest.approx(longest * LARGEST / 255, rel=1e-6)
    assert "hold 3072 of 3072 positions" in made.stderr  # none is lost, whatever the lengths


def test_what_is_left_over_is_told(programs, summing, tmp_path):
    made = compile(programs, summing, tmp_path / "model.onnx", "--calibration-length=100", "--emit=onnx")
    assert made.returncode == 0 and "30 pieces of 'sequence' hold 3000 of 3072 positions" in made.stderr


def test_auto_chooses_the_compiled_length_and_tells_growth(programs, summing, tmp_path):
    made = compile(programs, summing, tmp_path / "model.onnx", "--calibration-length=auto", "--dim=sequence=128", "--emit=onnx", data="several.npz")
    assert made.returncode == 0, made.stderr
    assert "chosen is 128" in made.stderr
    assert re.search(r"from 128 to 512 positions channels grow by up to 4\.0\d.*consider --activations=dynamic", made.stderr), made.stderr
    assert scale_of(tmp_path / "model.onnx") == pytest.approx(128 * LARGEST / 255, rel=1e-6)


def test_the_length_is_in_the_artefact(programs, summing, execute, tmp_path):
    made = compile(programs, summing, tmp_path / "model.so", "--calibration-length=32:3,64", "--dim=sequence=128")
    assert made.returncode == 0 and "more than twice or less than half" in made.stderr, made.stderr
    told = programs.quern_run(tmp_path / "model.so", "--describe")
    assert "calibrated at length 32:3,64 of 'sequence'; compiled for 128" in told.stdout
    described = json.loads(programs.quern_run(tmp_path / "model.so", "--describe", "--json").stdout)
    assert described["calibration_length"] == {"compiled": 128, "dimension": "sequence", "lengths": "32:3,64", "mean": 40}
    np.savez(tmp_path / "in.npz", x=np.ones((2, 1, 128, WIDTH), np.float32))
    ran = programs.quern_run(tmp_path / "model.so", "--samples", tmp_path / "in.npz", "--outputs", tmp_path / "out.npz")
    assert ran.returncode == 0 and "runs sequences of 128 positions and was calibrated at 40" in ran.stderr
    # The recipe that is in the artefact states it, and makes the same bytes.
    (tmp_path / "recipe.yaml").write_text(json.dumps(described["recipe"]))
    again = programs.quernc(summing / "model.onnx", f"--recipe={tmp_path / 'recipe.yaml'}", "--dim=batch=1,sequence=128",
                            f"--calibration-data={summing / 'long.npz'}", "-o", tmp_path / "again.so")
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "again.so").read_bytes() == (tmp_path / "model.so").read_bytes()


def test_a_fitting_length_is_no_reason_to_warn(programs, summing, tmp_path):
    made = compile(programs, summing, tmp_path / "model.so", "--calibration-length=64")
    assert made.returncode == 0 and "twice" not in made.stderr
    np.savez(tmp_path / "in.npz", x=np.ones((2, 1, 64, WIDTH), np.float32))
    ran = programs.quern_run(tmp_path / "model.so", "--samples", tmp_path / "in.npz", "--outputs", tmp_path / "out.npz")
    assert ran.returncode == 0 and ran.stderr == ""


def test_statistics_are_reused(programs, summing, tmp_path):
    outputs = []
    for number in range(2):
        made = compile(programs, summing, tmp_path / f"{number}.onnx", "--calibration-length=8:3,16", "--emit=onnx",
                       f"--calibration-cache={tmp_path / 'cache.json'}")
        assert made.returncode == 0, made.stderr
        outputs.append((tmp_path / f"{number}.onnx").read_bytes())
        assert ("positions of the samples" in made.stderr) == (number == 0)
    assert outputs[0] == outputs[1]
    assert json.loads((tmp_path / "cache.json").read_text())["settings"]["calibrated at"] == "8:3,16"
    other = compile(programs, summing, tmp_path / "other.onnx", "--calibration-length=32", "--emit=onnx", f"--calibration-cache={tmp_path / 'cache.json'}")
    assert other.returncode == 0 and scale_of(tmp_path / "other.onnx") == pytest.approx(32 * LARGEST / 255, rel=1e-6)


@pytest.mark.parametrize("flags, status, reason", [
    (["--calibration-length=x"], 1, "'x' is no profile of lengths"),
    (["--calibration-length=1024"], 1, "no sample has 1024 positions along 'sequence'; the longest has 512"),
    (["--calibration-length=8", "--dim=sequence=600"], 1, "no sample has 600 positions"),
    (["--calibration-length=8", "--length-dimension=words"], 1, "'words' is none of the model's; accepted are batch, sequence"),
    (["--length-dimension=sequence"], 2, "--length-dimension goes with --calibration-length")])
def test_refusals(programs, summing, tmp_path, flags, status, reason):
    made = compile(programs, summing, tmp_path / "model.so", *flags)
    assert made.returncode == status and reason in made.stderr, made.stderr


def test_fixed_sizes_have_one_length(programs, digits, tmp_path):
    made = programs.quernc(digits.model, "-o", tmp_path / "model.so", *digits.w8a8, "--calibration-length=4")
    assert made.returncode == 1 and "all inputs of the model have fixed sizes" in made.stderr, made.stderr


def test_token_flips(programs, digits, execute, tmp_path):
    """Two artefacts are compared by the outputs of one."""
    for name, flags in (("float", []), ("int8", digits.w8a8 + ["--method=none"])):
        made = programs.quernc(digits.model, "-o", tmp_path / f"{name}.so", *flags)
        assert made.returncode == 0, made.stderr
    np.savez(tmp_path / "in.npz", image=digits.images)
    run = [tmp_path / "int8.so", "--samples", tmp_path / "in.npz", "--expected", tmp_path / "float.npz"]
    made = programs.quern_run(tmp_path / "float.so", "--samples", tmp_path / "in.npz", "--outputs", tmp_path / "float.npz")
    assert made.returncode == 0, made.stderr
    compared = programs.quern_run(*run, "--outputs", tmp_path / "int8.npz", "--json")
    assert compared.returncode == 0, compared.stderr
    ours, wanted = (np.load(tmp_path / f"{name}.npz")["probability"] for name in ("int8", "float"))
    told = json.loads(compared.stdout)["probability"]
    assert told["positions"] == len(ours) and told["token_flips"] == (ours.argmax(-1) != wanted.argmax(-1)).sum()
    assert told["relative_error"] == pytest.approx(np.linalg.norm(ours - wanted) / np.linalg.norm(wanted), rel=1e-4)
    text = programs.quern_run(*run).stdout
    assert f"another token is the largest at {told['token_flips']} of {len(ours)} positions" in text
    np.savez(tmp_path / "few.npz", probability=wanted[:2])
    refused = programs.quern_run(tmp_path / "int8.so", "--samples", tmp_path / "in.npz", "--expected", tmp_path / "few.npz")
    assert refused.returncode == 1 and "output 'probability'" in refused.stderr
