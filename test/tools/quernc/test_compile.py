"""From the demo's ONNX file to artefacts, from outside.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest

STAGES = ["import", "prepare", "calibrate", "transform", "assign", "quantize", "integerize", "structure", "target"]


def compile_digits(programs, digits, output, *flags):
    made = programs.quernc(digits.model, "-o", output, *flags)
    assert made.returncode == 0, made.stderr
    return output


def by_onnxruntime(path, images, optimize=True):
    options = onnxruntime.SessionOptions()
    if not optimize:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return np.stack([session.run(None, {"image": image})[0] for image in images])


@pytest.fixture(scope="module")
def artefacts(programs, digits, tmp_path_factory):
    folder = tmp_path_factory.mktemp("digits")
    return {"float": compile_digits(programs, digits, folder / "float.so"),
            "int8": compile_digits(programs, digits, folder / "int8.so", *digits.w8a8),
            "reference": compile_digits(programs, digits, folder / "reference.so", *digits.w8a8, "--target=reference"),
            "qdq": compile_digits(programs, digits, folder / "digits.qdq.onnx", *digits.w8a8, "--emit=onnx")}


def test_float_agrees_with_onnxruntime(digits, artefacts, execute):
    ours, theirs = execute(artefacts["float"], image=digits.images)["probability"], by_onnxruntime(digits.model, digits.images)
    assert np.abs(ours - theirs).max() <= 1e-5


def test_int8_keeps_the_accuracy(digits, artefacts, execute):
    accuracy = {form: (execute(artefacts[form], image=digits.images)["probability"][:, 0].argmax(1) == digits.labels).mean()
                for form in ("float", "int8")}
    assert accuracy["int8"] >= accuracy["float"] - 0.01


def test_cpu_and_reference_give_the_same_bits(digits, artefacts, execute):
    cpu, reference = (execute(artefacts[form], image=digits.images)["probability"] for form in ("int8", "reference"))
    assert np.array_equal(cpu, reference)


def test_threads_give_the_same_bits(digits, artefacts, execute):
    one, two = (execute(artefacts["int8"], threads=threads, image=digits.images)["probability"] for threads in (1, 2))
    assert np.array_equal(one, two)


def test_exported_model_means_the_same_in_onnxruntime(digits, artefacts, execute):
    onnx.checker.check_model(str(artefacts["qdq"]), full_check=True)
    ours = execute(artefacts["int8"], image=digits.images)["probability"]
    theirs = by_onnxruntime(artefacts["qdq"], digits.images, optimize=False)
    assert np.abs(ours - theirs).mean() <= 0.001


def test_exported_model_compiles_to_the_same_codes(programs, digits, artefacts, execute, tmp_path):
    """A graph that arrives quantized is taken as it is."""
    made = programs.quernc(artefacts["qdq"], "-o", tmp_path / "again.so")
    assert made.returncode == 0, made.stderr
    again, first = (execute(path, image=digits.images)["probability"] for path in (tmp_path / "again.so", artefacts["int8"]))
    assert np.array_equal(again, first)


def test_two_compilations_give_identical_bytes(programs, digits, artefacts, tmp_path):
    again = compile_digits(programs, digits, tmp_path / "int8.so", *digits.w8a8)
    assert again.read_bytes() == artefacts["int8"].read_bytes()


def test_int8_is_all_integer(programs, digits, tmp_path):
    made = programs.quernc(digits.model, *digits.w8a8, "--fail-on-float", "-o", tmp_path / "model.so")
    assert made.returncode == 0, made.stderr


def test_excluded_node_is_reported_float(programs, digits, tmp_path):
    made = programs.quernc(digits.model, *digits.w8a8, "--exclude=conv2", "--fail-on-float", "-o", tmp_path / "model.so")
    assert made.returncode == 1 and "conv2" in made.stderr
    assert not (tmp_path / "model.so").exists()


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_can_be_the_last(programs, digits, stage):
    made = programs.quernc(digits.model, *digits.w8a8, f"--stop-after={stage}", "--emit=mlir", "-o", "-")
    assert made.returncode == 0, made.stderr
    word = {"import": "onnx.Conv", "prepare": "onnx.Conv", "calibrate": "quern.ranges", "transform": "quern.ranges",
            "assign": "quern.precision", "quantize": "quern.dequantize", "integerize": "quern.requantize",
            "structure": "linalg.generic", "target": "llvm.func"}[stage]
    assert word in made.stdout


def test_stages_run_one_by_one_in_quern_opt(programs, digits, tmp_path):
    """What quernc does in one go, quern-opt does stage by stage: the last IR is the same."""
    cache = tmp_path / "statistics.json"
    whole = programs.quernc(digits.model, *digits.w8a8, "--method=none", f"--calibration-cache={cache}", "--stop-after=structure", "-o", "-")
    assert whole.returncode == 0, whole.stderr
    text = programs.quernc(digits.model, "--stop-after=import", "-o", "-").stdout
    for stage in ("prepare", f"calibrate=statistics={cache}", "assign", "quantize", "integerize", "structure"):
        ran = programs.run("quern-opt", f"--quern-stage-{stage}", "--mlir-print-debuginfo", "-", input=text)
        assert ran.returncode == 0, ran.stderr
        text = ran.stdout
    body = lambda ir: [line.split(" loc(")[0] for line in ir.splitlines() if " = linalg." in line]
    assert body(text) == body(whole.stdout) and len(body(text)) > 10
    lowered = programs.run("quern-opt", "--quern-stage-target", "-", input=text)
    assert lowered.returncode == 0 and "llvm.func @quern_entry" in lowered.stdout, lowered.stderr


def test_object_links_into_a_c_program(programs, digits, tmp_path):
    compile_digits(programs, digits, tmp_path / "digits.o", *digits.w8a8, "--emit=obj")
    (tmp_path / "main.c").write_text('''
#include "digits.h"
#include <stdio.h>
#include <stdlib.h>
int main(void) {
  const quern_model *model = quern_model_get_digits();
  void *workspace = aligned_alloc(model->workspace_alignment, (model->workspace_bytes + 63) / 64 * 64 + 64);
  float image[64] = {0}, probability[10];
  const void *inputs[] = {image};
  void *outputs[] = {probability};
  if (model->init(workspace) || model->run(inputs, outputs, workspace, NULL))
    return 1;
  float sum = 0;
  for (int i = 0; i < 10; ++i)
    sum += probability[i];
  printf("%.3f", sum);
  model->destroy(workspace);
  free(workspace);
  return 0;
}''')
    include = digits.model.parents[1] / "include"
    subprocess.run(["clang-22", "-I", include, tmp_path / "main.c", tmp_path / "digits.o", "-o", tmp_path / "main"], check=True)
    ran = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True)
    assert abs(float(ran.stdout) - 1) < 0.01


def test_calibration_cache_is_reused_and_gives_the_same_bytes(programs, digits, artefacts, tmp_path):
    cache = tmp_path / "calibration.json"
    for attempt in range(2):
        compile_digits(programs, digits, tmp_path / "int8.so", *digits.w8a8, f"--calibration-cache={cache}")
        assert (tmp_path / "int8.so").read_bytes() == artefacts["int8"].read_bytes()
        first = cache.read_bytes() if attempt == 0 else first
    assert cache.read_bytes() == first
    # Ranges are in the cache; what methods are compared on is not.
    compile_digits(programs, digits, tmp_path / "plain.so", *digits.w8a8, "--method=none")
    compile_digits(programs, digits, tmp_path / "int8.so", "--quantize=W8A8", "--method=none", f"--calibration-cache={cache}")
    assert (tmp_path / "int8.so").read_bytes() == (tmp_path / "plain.so").read_bytes()


@pytest.mark.parametrize("flags", [["--activation-type=s8"], ["--activation-scheme=symmetric"], ["--weight-granularity=tensor"],
                                   ["--observer=min-max"], ["--observer=entropy"], ["--observer=percentile"], ["--observer=mse"],
                                   ["--observer=moving-average"], ["--quantize=S8S8"], ["--quantize=a8w8"]])
def test_every_choice_runs_and_stays_near(programs, digits, execute, tmp_path, flags):
    cpu = compile_digits(programs, digits, tmp_path / "cpu.so", *digits.w8a8, *flags)
    reference = compile_digits(programs, digits, tmp_path / "reference.so", *digits.w8a8, *flags, "--target=reference")
    few = digits.images[:100]
    a, b = (execute(path, image=few)["probability"] for path in (cpu, reference))
    assert np.array_equal(a, b)
    assert (a[:, 0].argmax(1) == digits.labels[:100]).mean() >= 0.9


def test_verify_against_the_reference(programs, digits, tmp_path):
    compile_digits(programs, digits, tmp_path / "model.so", *digits.w8a8, "--verify=reference", "--rtol=0", "--atol=0")


def test_verify_against_onnxruntime(programs, digits, tmp_path, monkeypatch):
    monkeypatch.setenv("QUERN_PYTHON", sys.executable)
    compile_digits(programs, digits, tmp_path / "float.so", "--verify=onnxruntime", f"--calibration-data={digits.calibration}")
    compile_digits(programs, digits, tmp_path / "int8.so", *digits.w8a8, "--verify=onnxruntime", "--atol=0.05")
    refused = programs.quernc(digits.model, "-o", tmp_path / "none.so", *digits.w8a8, "--verify=onnxruntime", "--rtol=0", "--atol=0")
    assert refused.returncode == 1 and "probability" in refused.stderr and "ONNX Runtime has" in refused.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["float.so", "int8.so"]


@pytest.fixture
def symbolic(tmp_path):
    """y = x + 1 on ["batch", 4]."""
    helper = onnx.helper
    value = lambda name: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["batch", 4])
    one = helper.make_tensor("one", onnx.TensorProto.FLOAT, [], [1.0])
    graph = helper.make_graph([helper.make_node("Add", ["x", "one"], ["y"], name="add")], "g", [value("x")], [value("y")], [one])
    path = tmp_path / "symbolic.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return path


def test_bound_dimension(programs, symbolic, execute, tmp_path):
    made = programs.quernc(symbolic, "--dim=batch=3", "-o", tmp_path / "model.so")
    assert made.returncode == 0, made.stderr
    x = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    assert np.array_equal(execute(tmp_path / "model.so", x=x)["y"], x + 1)


@pytest.mark.parametrize("flags, words", [([], ["batch", "--dim"]), (["--dim=batch=3,lot=2"], ["lot"])])
def test_dimensions_that_are_not_bound_or_not_there(programs, symbolic, tmp_path, flags, words):
    made = programs.quernc(symbolic, *flags, "-o", tmp_path / "model.so")
    assert made.returncode == 1 and all(word in made.stderr for word in words), made.stderr


def test_dimensions_from_calibration_data(programs, symbolic, execute, tmp_path):
    """A sample may lack the batch axis; the sizes become those of --dim, byte for byte."""
    np.savez(tmp_path / "data.npz", x=np.linspace(-1, 1, 24, dtype=np.float32).reshape(6, 4))
    flags = ["--quantize=W8A8", f"--calibration-data={tmp_path / 'data.npz'}"]
    made = programs.quernc(symbolic, *flags, "-o", tmp_path / "model.so")
    assert made.returncode == 0 and "batch=1 (from calibration data)" in made.stderr, made.stderr
    bound = programs.quernc(symbolic, *flags, "--dim=batch=1", "-o", tmp_path / "bound.so")
    assert bound.returncode == 0 and "batch" not in bound.stderr, bound.stderr
    assert (tmp_path / "model.so").read_bytes() == (tmp_path / "bound.so").read_bytes()
    assert execute(tmp_path / "model.so", x=np.zeros((3, 1, 4), np.float32))["y"].shape == (3, 1, 4)


def test_calibration_data_whose_sizes_differ(programs, symbolic, tmp_path):
    (tmp_path / "data").mkdir()
    for batch in 2, 3:
        np.savez(tmp_path / "data" / f"{batch}.npz", x=np.ones((5, batch, 4), np.float32))
    flags = ["--quantize=W8A8", f"--calibration-data={tmp_path / 'data'}", "-o", tmp_path / "model.so"]
    refused = programs.quernc(symbolic, *flags)
    assert refused.returncode == 1 and "input 'x', dimension 0 ('batch'): the calibration samples have sizes from 2 to 3; choose one "\
        "with --dim=batch=SIZE" in refused.stderr, refused.stderr
    contradicted = programs.quernc(symbolic, *flags, "--dim=batch=7")
    assert contradicted.returncode == 1 and "input 'x' wants [N, 7, 4]" in contradicted.stderr, contradicted.stderr
    assert "--dim=batch=7" in contradicted.stderr


def test_random_data_has_no_sizes(programs, symbolic, tmp_path):
    refused = programs.quernc(symbolic, "--quantize=W8A8", "--calibration-data=random", "-o", tmp_path / "model.so")
    assert refused.returncode == 1 and "--dim=batch=SIZE" in refused.stderr, refused.stderr


def test_inputs_that_share_a_dimension(programs, tmp_path):
    """One name, two sizes; and a dimension without a name."""
    helper = onnx.helper
    value = lambda name, shape: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
    graph = helper.make_graph([helper.make_node("Add", ["x", "y"], ["z"], name="add")], "g",
                              [value("x", ["n", None]), value("y", ["n", 1])], [value("z", ["n", None])])
    model = tmp_path / "two.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), model)
    flags = ["--quantize=W8A8", f"--calibration-data={tmp_path / 'data.npz'}", "-o", tmp_path / "model.so"]
    np.savez(tmp_path / "data.npz", x=np.ones((5, 2, 4), np.float32), y=np.ones((5, 3, 1), np.float32))
    refused = programs.quernc(model, *flags)
    assert refused.returncode == 1, refused.stderr
    assert "input 'y', dimension 0 ('n') is 3 in the calibration samples, but 2 in input 'x'" in refused.stderr
    np.savez(tmp_path / "data.npz", x=np.ones((5, 2, 4), np.float32), y=np.ones((5, 2, 1), np.float32))
    made = programs.quernc(model, *flags)
    assert made.returncode == 0 and "n=2, dimension 1 of input 'x'=4 (from calibration data)" in made.stderr, made.stderr


def test_statistics_alone(programs, digits, tmp_path):
    """--emit=statistics is the file that --calibration-cache keeps, and needs no scheme."""
    alone, cache = tmp_path / "alone.json", tmp_path / "cache.json"
    made = programs.quernc(digits.model, f"--calibration-data={digits.calibration}", "--emit=statistics", "-o", alone)
    assert made.returncode == 0, made.stderr
    made = programs.quernc(digits.model, *digits.w8a8, f"--calibration-cache={cache}", "-o", tmp_path / "model.so")
    assert made.returncode == 0, made.stderr
    assert alone.read_bytes() == cache.read_bytes()
    missing = programs.quernc(digits.model, "--emit=statistics", "-o", tmp_path / "none.json")
    assert missing.returncode == 1 and "--emit=statistics needs samples of real input" in missing.stderr
    assert not (tmp_path / "none.json").exists()


def test_ir_has_the_same_bytes_again(programs, digits):
    first, second = (programs.quernc(digits.model, "--stop-after=prepare", "--emit=mlir", "-o", "-").stdout for _ in range(2))
    assert first == second and "dialect_resources" in first
