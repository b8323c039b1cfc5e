"""Activations whose rows have scales of their own: what the artefact computes, and what is refused.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

DYNAMIC = ["--quantize=W8A8", "--activations=dynamic"]


def save(path, nodes, shapes, arrays):
    """`shapes` are those of the input x and of the output y."""
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in zip("xy", shapes)]
    graph = helper.make_graph(nodes, "dynamic", values[:1], values[1:],
                              [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), path)
    return path


@pytest.fixture(scope="module", params=[48, 37])
def model(request, tmp_path_factory):
    """A product of stacked rows with a bias of its own, then two Gemms on one operand with all that a Gemm may have."""
    terms, random = request.param, np.random.default_rng(3)
    arrays = {"first": random.normal(size=(terms, 24)), "bias": random.normal(size=24), "second": random.normal(size=(10, 24)),
              "third": random.normal(size=(24, 10)), "shift": random.normal(size=10)}
    nodes = [helper.make_node("MatMul", ["x", "first"], ["product"], "product"), helper.make_node("Add", ["bias", "product"], ["sum"], "add"),
             helper.make_node("Relu", ["sum"], ["positive"], "relu"), helper.make_node("Flatten", ["positive"], ["matrix"], "flatten", axis=2),
             helper.make_node("Gemm", ["matrix", "second", "shift"], ["left"], "left", alpha=0.5, beta=2.0, transB=1),
             helper.make_node("Gemm", ["matrix", "third"], ["right"], "right"), helper.make_node("Add", ["left", "right"], ["y"], "last")]
    return save(tmp_path_factory.mktemp("dynamic") / "model.onnx", nodes, ([2, 3, terms], [6, 10]), arrays)


def terms_of(model):
    return onnx.load(model).graph.input[0].type.tensor_type.shape.dim[2].dim_value


def samples(terms, count=3):
    """Rows of very different sizes, of zeros, of one sign, of subnormal and of huge numbers, with infinities and with NaN."""
    x = np.random.default_rng(5).normal(size=(count, 2, 3, terms)).astype(np.float32)
    x *= 10.0 ** np.arange(-2, 1, dtype=np.float32)[:, None]
    x[1, 0, 0], x[1, 0, 1], x[1, 0, 2] = 0, np.abs(x[1, 0, 1]), -np.abs(x[1, 0, 2])
    x[1, 1, 0] *= 1e-40
    x[1, 1, 1] *= 1e37
    x[2, 0, 0, 3], x[2, 0, 1, 0], x[2, 0, 1, 1] = np.inf, -np.inf, np.nan
    return x


def compile_both(programs, model, folder, *flags):
    """One artefact for each target; no calibration data."""
    paths = {target: folder / f"{target}.so" for target in ("cpu", "reference")}
    for target, path in paths.items():
        made = programs.quernc(model, "-o", path, f"--target={target}", *flags)
        assert made.returncode == 0, made.stderr
    return paths


@pytest.mark.parametrize("flags", [["--quantize=W8A8"], ["--quantize=W8A8", "--weight-scheme=asymmetric"], ["--quantize=W4A8"],
                                   ["--quantize=W3A8", "--weight-scheme=symmetric"]])
def test_targets_have_the_same_bits(programs, model, execute, tmp_path, flags):
    paths = compile_both(programs, model, tmp_path, *flags, "--activations=dynamic")
    x = samples(terms_of(model))
    ours, theirs = (execute(path, x=x)["y"] for path in paths.values())
    np.testing.assert_array_equal(ours.view(np.uint32), theirs.view(np.uint32))


def quantize_rows(x):
    """Codes, scales and zero points as quern.dynamic_quantize defines them, for finite numbers."""
    zero = np.float32(0)
    low, high = np.minimum(x.min(-1, keepdims=True), zero), np.maximum(x.max(-1, keepdims=True), zero)
    scale = (high - low) / np.float32(255)
    scale[scale < np.finfo(np.float32).tiny] = 1
    zero_point = np.rint(-low / scale)
    return np.clip(np.rint(x / scale) + zero_point, 0, 255).astype(np.int32), scale, zero_point.astype(np.int32)


@pytest.mark.parametrize("rows", [(4,), (), (2, 1, 4)])
def test_a_product_is_the_definition(programs, execute, tmp_path, rows):
    weight = np.random.default_rng(1).normal(size=(33, 9)).astype(np.float32)
    model = save(tmp_path / "model.onnx", [helper.make_node("MatMul", ["x", "w"], ["y"], "product")], ([*rows, 33], [*rows, 9]), {"w": weight})
    step = np.abs(weight).max(0) / np.float32(127)
    codes = np.rint(weight / step).astype(np.int32)
    x = np.random.default_rng(2).normal(size=(5, *rows, 33)).astype(np.float32) * 10
    x[0] = 0
    q, scale, zero_point = quantize_rows(x)
    expected = (q @ codes - zero_point * codes.sum(0)).astype(np.float32) * (scale * step)
    for path in compile_both(programs, model, tmp_path, *DYNAMIC).values():
        np.testing.assert_array_equal(execute(path, x=x)["y"], expected)


def test_small_rows_beside_large_ones_keep_their_accuracy(programs, model, execute, tmp_path):
    """What one scale for the tensor cannot do: each row is within 2 % of its own size."""
    x = np.random.default_rng(6).normal(size=(8, 2, 3, terms_of(model))).astype(np.float32)
    x *= np.array([1e-3, 1, 1e3], dtype=np.float32)[:, None]
    np.savez(tmp_path / "calibration.npz", x=x)
    errors = {}
    for name, flags in {"float": [], "dynamic": DYNAMIC, "static": ["--quantize=W8A8", f"--calibration-data={tmp_path / 'calibration.npz'}"]}.items():
        made = programs.quernc(model, "-o", tmp_path / f"{name}.so", *flags)
        assert made.returncode == 0, made.stderr
        errors[name] = execute(tmp_path / f"{name}.so", x=x)["y"]
    exact = errors.pop("float").reshape(-1, 10)
    relative = {name: (np.linalg.norm(y.reshape(-1, 10) - exact, axis=1) / np.linalg.norm(exact, axis=1)).max() for name, y in errors.items()}
    assert relative["dynamic"] < 0.02 < relative["static"], relative


def test_roundings_use_data(programs, model, execute, tmp_path):
    x = np.random.default_rng(7).normal(size=(32, 2, 3, terms_of(model))).astype(np.float32)
    np.savez(tmp_path / "calibration.npz", x=x)
    errors = {}
    for method in ("float", "none", "clip,gptq,bias-correction"):
        flags = [] if method == "float" else ["--quantize=W4A8", "--activations=dynamic", f"--method={method}",
                                              f"--calibration-data={tmp_path / 'calibration.npz'}"]
        ours, theirs = (execute(path, x=x)["y"] for path in compile_both(programs, model, tmp_path, *flags).values())
        if flags:
            np.testing.assert_array_equal(ours, theirs)
        errors[method] = ours
    exact = errors.pop("float")
    plain, chosen = (np.linalg.norm(y - exact) for y in errors.values())
    assert chosen < 0.9 * plain


def test_onnxruntime_computes_the_same(programs, model, execute, tmp_path):
    """ONNX has no such quantization, but words for its arithmetic: f32, operation by operation."""
    x = np.random.default_rng(9).normal(size=(4, 2, 3, terms_of(model))).astype(np.float32)
    x *= np.array([1e-3, 1, 1e3], dtype=np.float32)[:, None]
    x[0, 0, 0] = 0
    made = programs.quernc(model, "-o", tmp_path / "model.onnx", *DYNAMIC)
    assert made.returncode == 0, made.stderr
    onnx.checker.check_model(str(tmp_path / "model.onnx"), full_check=True)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), options, providers=["CPUExecutionProvider"])
    theirs = np.stack([session.run(None, {"x": sample})[0] for sample in x])
    outputs = {}
    for name, flags in {"ours": DYNAMIC, "exact": []}.items():
        assert programs.quernc(model, "-o", tmp_path / f"{name}.so", *flags).returncode == 0
        outputs[name] = execute(tmp_path / f"{name}.so", x=x)["y"]
    # Sums in another order may turn a rounding of the second quantization, rarely and by one code.
    assert np.linalg.norm(outputs["ours"] - theirs) < 0.1 * np.linalg.norm(outputs["ours"] - outputs["exact"])


def test_one_quantization_serves_all_readers(programs, model):
    made = programs.quernc(model, "-o", "-", *DYNAMIC, "--stop-after=quantize")
    assert made.returncode == 0, made.stderr
    assert made.stdout.count("quern.dynamic_quantize") == 2  # of x, and of what both Gemms read
    assert "onnx.DequantizeLinear" not in made.stdout


def test_other_operators_stay_float_and_say_why(programs, tmp_path):
    nodes = [helper.make_node("Conv", ["x", "k"], ["c"], "convolution"), helper.make_node("MatMul", ["c", "c"], ["s"], "scores"),
             helper.make_node("MatMul", ["s", "w"], ["y"], "product")]
    arrays = {"k": np.ones((1, 1, 1, 1)), "w": np.eye(4)}
    model = save(tmp_path / "model.onnx", nodes, ([1, 1, 4, 4], [1, 1, 4, 4]), arrays)
    made = programs.quernc(model, "-o", tmp_path / "model.so", *DYNAMIC, "--verify=reference")
    assert made.returncode == 0, made.stderr
    for name in ("convolution", "scores"):
        assert any(f"node '{name}'" in line and "only those have a form with dynamic activations" in line for line in made.stderr.splitlines())
    assert "node 'product'" not in made.stderr


def test_rules_may_mix_static_and_dynamic(programs, model, execute, tmp_path):
    (tmp_path / "recipe.yaml").write_text("""version: 1
default: {activations: {mode: dynamic}, methods: [none]}
rules:
  - match: {name: "^left$"}
    activations: {mode: static}
  - match: {name: "^right$"}
    float: true
""")
    x = np.abs(samples(terms_of(model))[:1])
    np.savez(tmp_path / "calibration.npz", x=x)
    recipe = f"--recipe={tmp_path / 'recipe.yaml'}"
    refused = programs.quernc(model, "-o", tmp_path / "model.so", recipe)
    assert refused.returncode == 1 and "calibration" in refused.stderr
    paths = compile_both(programs, model, tmp_path, recipe, f"--calibration-data={tmp_path / 'calibration.npz'}")
    ours, theirs = (execute(path, x=x)["y"] for path in paths.values())
    np.testing.assert_array_equal(ours, theirs)
    described = programs.quern_run(paths["cpu"], "--describe").stdout
    assert "mode: dynamic" in described and "mode: static" in described


def test_methods_keep_to_their_rules(programs, model, execute, tmp_path):
    """A transformation for static products beside a dynamic one that takes none."""
    (tmp_path / "recipe.yaml").write_text("""version: 1
default: {methods: [smoothquant]}
rules:
  - match: {name: "^product$"}
    activations: {mode: dynamic}
    methods: [none]
""")
    x = np.random.default_rng(8).normal(size=(16, 2, 3, terms_of(model))).astype(np.float32)
    np.savez(tmp_path / "calibration.npz", x=x)
    paths = compile_both(programs, model, tmp_path, f"--recipe={tmp_path / 'recipe.yaml'}", f"--calibration-data={tmp_path / 'calibration.npz'}")
    ours, theirs = (execute(path, x=x)["y"] for path in paths.values())
    np.testing.assert_array_equal(ours, theirs)
    assert programs.quernc(model, "-o", tmp_path / "float.so").returncode == 0
    exact = execute(tmp_path / "float.so", x=x)["y"]
    assert np.linalg.norm(ours - exact) < 0.02 * np.linalg.norm(exact)


@pytest.mark.parametrize("flags, reason", [
    (["--group-size=8"], "one weight scale per channel"),
    (["--weight-granularity=tensor"], "one weight scale per channel"),
    (["--activation-type=s8"], "u8 codes"),
    (["--activation-scheme=symmetric"], "zero points that follow each row"),
    (["--method=smoothquant"], "accepted are auto, none"),
])
def test_what_does_not_go_together_is_refused(programs, model, tmp_path, flags, reason):
    made = programs.quernc(model, "-o", tmp_path / "model.out", *DYNAMIC, *flags)
    assert made.returncode == 1
    assert reason in made.stderr
    assert not (tmp_path / "model.out").exists()


def test_weights_alone_have_no_mode_of_activations(programs, model, tmp_path):
    made = programs.quernc(model, "-o", tmp_path / "model.so", "--quantize=W8A16", "--activations=dynamic")
    assert made.returncode == 1 and "neither static nor dynamic" in made.stderr
    made = programs.quernc(model, "-o", tmp_path / "model.so", "--quantize=W8A8", "--activations=sometimes")
    assert made.returncode == 2 and "expected static or dynamic" in made.stderr
