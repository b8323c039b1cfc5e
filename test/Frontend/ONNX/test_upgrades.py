"""Every change of an operator's form since opset 7 has its upgrade, and the README's table says so.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import importlib.util
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "lib" / "Frontend" / "ONNX" / "Upgrade"
SPEC = importlib.util.spec_from_file_location("changes", FOLDER / "changes.py")
changes = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(changes)


def test_every_change_of_form_has_a_class():
    upgraded = changes.classes()
    missing = [key for key, (_, needed) in changes.changes().items() if needed and key not in upgraded]
    assert not missing


def test_every_class_answers_a_version_of_its_operators():
    versions = {(new.name, new.since_version) for _, new in changes.schema_pairs()}
    assert not set(changes.classes()) - versions


def test_the_table_of_the_readme_is_current():
    text = changes.README.read_text()
    assert changes.BEGIN + changes.markdown() + changes.END in text
