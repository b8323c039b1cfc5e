"""Passes and pipelines by name, on the text of IR.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import pytest

from conftest import SOURCE


@pytest.fixture(scope="module")
def imported(quern, digits):
    return quern.compile(digits.model, stop_after="import").text


def test_a_stage_is_what_quernc_runs(quern, digits, imported):
    by_compiler = quern.compile(digits.model, stop_after="prepare").text
    for pipeline in ("quern-stage-prepare", "builtin.module(quern-stage-prepare)"):
        assert quern.run_pipeline(imported, pipeline) == by_compiler


def test_a_pass_with_an_option_and_one_of_mlir(quern):
    text = quern.run_pipeline("func.func @f() { return } func.func private @g()", "symbol-dce,func.func(canonicalize{max-iterations=2})")
    assert "@f" in text and "@g" not in text


def test_lists(quern):
    passes = quern.list_passes()
    # The flag of a pass is the name of its folder.
    folders = {path.parent.name for path in SOURCE.glob("passes/*/*.td") if path.stem == path.parent.name}
    assert {name.removeprefix("quern-").replace("-", "") for name in passes} >= {folder.lower() for folder in folders}
    assert all(passes.values()) and all(quern.list_pipelines().values())
    assert {"gptq", "smoothquant", "auto"} < set(quern.list_methods()) and "entropy" in quern.list_observers()
    assert {"cpu", "reference"} <= set(quern.list_targets())
    assert quern.list_stages()[0] == "import" and quern.list_stages()[-1] == "emit"
    assert [f"quern-stage-{stage}" for stage in quern.list_stages()[1:-1]] == list(quern.list_pipelines())


@pytest.mark.parametrize("ir, pipeline, reason", [("module {}", "quern-no-such-pass", "quern-no-such-pass"), ("module {", "cse", "module:1: "),
                                                  ("module {}", "builtin.module(cse", "builtin.module"),
                                                  ("module {}", "cse{colour=red}", "colour")])
def test_refusals(quern, ir, pipeline, reason):
    with pytest.raises(quern.Error) as raised:
        quern.run_pipeline(ir, pipeline)
    assert reason in str(raised.value)
