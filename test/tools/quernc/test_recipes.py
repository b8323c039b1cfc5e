"""Recipes from outside: what they change, that a printed one gives the same artefact, what is refused.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import re
import textwrap
import time

import numpy as np
import pytest

MIXED = """\
version: 1
default: {methods: [none]}
calibration: {observer: entropy, samples: 5}
rules:
  - match: {op: Gemm}
    weights: {bits: 4, granularity: group, group-size: 24}
    activations: {bits: 16}
    methods: [gptq]
  - match: {name: "conv_?1"}
    weights: {granularity: tensor}
  - match: {name: 'soft"max|softmax', op: [Softmax, Relu]}
    float: true
"""


@pytest.fixture
def compile_with(programs, digits, tmp_path):
    """compile_with(recipe text): the finished process, and the artefact's path."""

    def run(text, *flags):
        (tmp_path / "recipe.yaml").write_text(text)
        made = programs.quernc(digits.model, "-o", tmp_path / "model.so", f"--recipe={tmp_path / 'recipe.yaml'}", *flags)
        return made, tmp_path / "model.so"

    return run


def data(digits):
    return f"--calibration-data={digits.calibration}"


def test_a_printed_recipe_gives_the_same_bytes(programs, digits, compile_with):
    made, path = compile_with(MIXED, data(digits))
    assert made.returncode == 0, made.stderr
    bytes_before = path.read_bytes()
    manifest = json.loads(programs.quern_run(path, "--describe", "--json").stdout)
    assert manifest["precision"] == "mixed"
    text = programs.quern_run(path, "--describe").stdout
    printed = textwrap.dedent(text.split("recipe:\n", 1)[1])
    for again in (json.dumps(manifest["recipe"]), printed):
        path.unlink()
        made, path = compile_with(again, data(digits))
        assert made.returncode == 0, made.stderr
        assert path.read_bytes() == bytes_before


def test_targets_agree_on_a_mixed_model(digits, compile_with, execute):
    outputs = []
    for target in ("cpu", "reference"):
        made, path = compile_with(MIXED, data(digits), f"--target={target}")
        assert made.returncode == 0, made.stderr
        outputs.append(execute(path, image=digits.images[:50])["probability"])
    np.testing.assert_allclose(*outputs, rtol=1e-6)  # the Gemm sums floats, in an order of the target
    assert (outputs[0][:, 0].argmax(1) == digits.labels[:50]).mean() > 0.95


@pytest.mark.parametrize("flags", [["--quantize=s8s8", "--observer=mse", "--exclude=conv"], ["--quantize=W3A16", "--group-size=7", "--method=clip"],
                                   ["--quantize=A8W8", "--weight-granularity=tensor", "--activation-scheme=symmetric", "--method=none"]])
def test_flags_are_a_recipe(programs, digits, compile_with, tmp_path, flags):
    made = programs.quernc(digits.model, "-o", tmp_path / "flags.so", *flags, data(digits))
    assert made.returncode == 0, made.stderr
    recipe = json.loads(programs.quern_run(tmp_path / "flags.so", "--describe", "--json").stdout)["recipe"]
    made, path = compile_with(json.dumps(recipe), data(digits))
    assert made.returncode == 0, made.stderr
    assert path.read_bytes() == (tmp_path / "flags.so").read_bytes()


def test_a_float_model_has_no_recipe(programs, digits, tmp_path):
    assert programs.quernc(digits.model, "-o", tmp_path / "model.so").returncode == 0
    assert "recipe" not in programs.quern_run(tmp_path / "model.so", "--describe").stdout


def ranges(programs, digits, tmp_path, calibration):
    (tmp_path / "recipe.yaml").write_text(f"{{version: 1, calibration: {calibration}}}")
    made = programs.quernc(digits.model, "-o", "-", f"--recipe={tmp_path / 'recipe.yaml'}", data(digits), "--stop-after=calibrate")
    assert made.returncode == 0, made.stderr
    return tuple(re.findall(r"#quern.range<[^>]*>", made.stdout))


def test_calibration_settings_act(programs, digits, tmp_path):
    stated = {text: ranges(programs, digits, tmp_path, text) for text in ("{}", "{observer: min-max}", "{samples: 2}", "{samples: 100000}")}
    assert stated["{}"] == stated["{samples: 100000}"]
    assert len(set(stated.values())) == 3
    array = np.load(digits.calibration)["image"]
    np.savez(tmp_path / "two.npz", image=array[:2])
    made = programs.quernc(digits.model, "-o", "-", "--quantize=W8A8", f"--calibration-data={tmp_path / 'two.npz'}", "--stop-after=calibrate")
    assert made.returncode == 0 and tuple(re.findall(r"#quern.range<[^>]*>", made.stdout)) == stated["{samples: 2}"] != ()


def test_calibration_settings_are_part_of_the_cache(programs, digits, compile_with, tmp_path):
    cache = f"--calibration-cache={tmp_path / 'cache.json'}"
    made, path = compile_with("{version: 1, calibration: {samples: 3}}", data(digits), cache)
    assert made.returncode == 0 and json.loads((tmp_path / "cache.json").read_text())["samples"] == 3
    made, path = compile_with("{version: 1, calibration: {samples: 4}}", cache)
    assert made.returncode == 1 and "other settings" in made.stderr


def test_roundings_are_per_rule(programs, digits, tmp_path):
    """Only the weights that a rule names are rounded by gptq; both are those of a run with one method for all."""
    def hub(recipe):
        (tmp_path / "recipe.yaml").write_text(recipe)
        made = programs.quernc(digits.model, "-o", tmp_path / "hub.onnx", f"--recipe={tmp_path / 'recipe.yaml'}", data(digits))
        assert made.returncode == 0, made.stderr
        return (tmp_path / "hub.onnx").read_bytes()
    default = "default: {weights: {bits: 3}, activations: {mode: float}, methods: [%s]}"
    plain, rounded = hub("{version: 1, %s}" % default % "none"), hub("{version: 1, %s}" % default % "gptq")
    assert plain != rounded
    rule = "{version: 1, %s, rules: [{match: {name: %s}, methods: [%s]}]}"
    assert hub(rule % (default % "none", "classifier", "gptq")) == rounded
    assert hub(rule % (default % "gptq", "classifier", "none")) == plain


REFUSED = {
    "version: 1\ndefault: {weight: {}}\n": ["recipe.yaml:2:", "unknown key 'weight'", "weights, activations, methods"],
    "version: 1\ndefault:\n  methods: [awqq]\n": ["recipe.yaml:3:", "'awqq' is unknown", "smoothquant"],
    "version: 1\nrules:\n- match: {op: Convv}\n  float: true\n": ["recipe.yaml:3:", "such as Conv"],
    "version: 1\nrules:\n- match:\n    name: 'conv('\n  float: true\n": ["recipe.yaml:4:", "not a regular expression"],
    "version: 1\nrules:\n- match: {op: Conv}\n  float: true\n- match: {name: nobody}\n  float: true\n": ["recipe.yaml:5:", "matches no node"],
    "version: 1\n a: [\n": ["recipe.yaml:2:", "is not YAML"],
    "version: 1\ndefault: {methods: [awq]}\n": ["recipe.yaml:2:", "awq weighs errors of weights", "W8A8", "smoothquant"],
    "version: 1\ndefault: {activations: {mode: float}, methods: [smoothquant]}\n": ["recipe.yaml:2:", "balances activations"],
    "version: 1\ndefault: {methods: [auto, smoothquant]}\n": ["recipe.yaml:2:", "stands alone"],
    "version: 1\ndefault: {weights: {bits: 99}}\n": ["recipe.yaml:2:", "from 2 to 8"],
    "version: 3\nfoo: 1\nrules: 7\n": ["recipe.yaml:1:", "recipe.yaml:2:", "recipe.yaml:3:"],
}


@pytest.mark.parametrize("text", REFUSED)
def test_refusals(digits, compile_with, text):
    made, path = compile_with(text, data(digits))
    assert made.returncode == 1 and not path.exists()
    for reason in REFUSED[text]:
        assert reason in made.stderr, made.stderr


@pytest.mark.parametrize("text", ["a: " + "[" * 900, "[\n" * 30000, "&a [" + "*a," * 300 + "]", "- " * 400, "x" * (1 << 20), "{a: " * 20000,
                                  "version: 1\nrules: [{match: {name: '((((a{200}){200}){200}){200}){200}'}, float: true}]"])
def test_hostile_recipes_are_refused_quickly(digits, compile_with, text):
    start = time.monotonic()
    made, path = compile_with(text, data(digits))
    assert made.returncode == 1 and "recipe.yaml:" in made.stderr, made.stderr[:500]
    assert time.monotonic() - start < 5


def test_files_that_are_not_there(programs, digits, tmp_path):
    made = programs.quernc(digits.model, "-o", tmp_path / "model.so", f"--recipe={tmp_path / 'none.yaml'}")
    assert made.returncode == 1 and "none.yaml" in made.stderr


def test_a_recipe_is_no_output(programs, digits, tmp_path):
    (tmp_path / "r.yaml").write_text("version: 1\n")
    made = programs.quernc(digits.model, "-o", tmp_path / "r.yaml", f"--recipe={tmp_path / 'r.yaml'}")
    assert made.returncode == 1 and (tmp_path / "r.yaml").read_text() == "version: 1\n"


@pytest.mark.parametrize("flag", ["--quantize=W8A8", "--exclude=conv", "--observer=norm", "--method=none", "--group-size=8"])
def test_flags_beside_a_recipe(programs, digits, tmp_path, flag):
    made = programs.quernc(digits.model, "-o", tmp_path / "model.so", "--recipe=r.yaml", flag)
    assert made.returncode == 2 and flag.split("=")[0] in made.stderr
