"""docs/adding-a-method.md works as written: the build has followed it (CMakeLists.txt), here its claims and commands are tried.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import pathlib
import re
import shlex
import subprocess
import sys

import pytest

from conftest import BUILD, SOURCE, seconds
from extract_files import added_lines, apply_diff, read_blocks

NAME, FOLDER = "square-root-equalization", "SquareRootEqualization"
TEXT = (SOURCE / "docs" / "adding-a-method.md").read_text()
BLOCKS = read_blocks(TEXT)
COMMANDS = [line for block in re.findall(r"^```sh\n(.*?)^```", TEXT, re.M | re.S) for line in block.splitlines()]
FOLLOWED = BUILD / "test" / "docs" / "adding-a-method"  # not there if someone followed the document in the sources

LIT = """
lit_config.load_config(config, {site!r})
config.test_source_root = {tests!r}
config.test_exec_root = {output!r}
config.environment["PATH"] = {bin!r} + ":" + config.environment["PATH"]
"""


def run(command, folder):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds(300))


@pytest.fixture(scope="module")
def folder(programs, tmp_path_factory):
    """The top of a tree in which the document was followed, as far as its commands look."""
    folder = tmp_path_factory.mktemp("tree")
    (folder / "build" / "bin").mkdir(parents=True)
    for name in ("quernc", "quern-opt", "quern-run"):
        followed = FOLLOWED / "bin" / name
        (folder / "build" / "bin" / name).symlink_to(followed if followed.exists() else programs.bin / name)
    (folder / "demo").symlink_to(SOURCE / "demo")
    files = FOLLOWED / "files" if FOLLOWED.exists() else SOURCE
    (folder / "test" / "passes").mkdir(parents=True)
    (folder / "test" / "passes" / FOLDER).symlink_to(files / "test" / "passes" / FOLDER)
    (folder / "build" / "test").mkdir()
    (folder / "build" / "test" / "lit.site.cfg.py").write_text(LIT.format(
        site=str(BUILD / "test" / "lit.site.cfg.py"), tests=str(folder / "test"), output=str(folder / "build" / "test"),
        bin=str(folder / "build" / "bin")))
    return folder


def test_a_new_folder_and_one_list():
    changed = [path for path, language, _ in BLOCKS if language == "diff"]
    new = [path for path, language, _ in BLOCKS if language != "diff"]
    assert changed == ["lib/Pipelines/MethodTable.cpp"]
    assert {str(pathlib.PurePath(path).parent) for path in new} == {f"passes/{FOLDER}", f"test/passes/{FOLDER}"}
    assert sum(len(added_lines(text) if language == "diff" else text.splitlines()) for _, language, text in BLOCKS) < 150


@pytest.fixture(scope="module")
def ran(folder):
    """What the document's commands gave, run in their order: later ones use what earlier ones wrote."""
    finished = {}
    for command in COMMANDS:
        words = shlex.split(command)
        if words == ["./dev", "build"]:
            continue  # has run: these are its programs
        if words[0] == ".venv/bin/lit":
            words[:1] = [sys.executable, "-c", "import lit.main; lit.main.main()"]
        finished[words[0] if words[0].startswith("build/") else "lit"] = run(words, folder)
    return finished


def test_commands(ran):
    assert set(ran) == {"lit", "build/bin/quern-opt", "build/bin/quernc", "build/bin/quern-run"}
    for name, finished in ran.items():
        assert finished.returncode == 0, name + finished.stdout + finished.stderr
    assert re.search(r"Passed *: 1 ", ran["lit"].stdout), ran["lit"].stdout
    assert f'provenance = ["{NAME}"]' in ran["build/bin/quern-opt"].stdout


def test_the_artefact(ran, folder, digits, execute):
    assert NAME in ran["build/bin/quern-run"].stdout
    answers = execute(folder / "digits.so", image=digits.images)["probability"][:, 0].argmax(1)
    assert (answers == digits.labels).mean() > 0.95


def compile_digits(folder, digits, *arguments):
    return run(["build/bin/quernc", digits.model, f"--calibration-data={digits.calibration}", *arguments], folder)


def test_it_says_where(folder, digits):
    shown = compile_digits(folder, digits, "--quantize=W8A8", f"--method={NAME}", "--stop-after=transform", "--emit=mlir", "-o", "-")
    assert f'quern.transformed_by = ["{NAME}"]' in shown.stdout, shown.stderr


def test_it_composes(folder, digits):
    methods = re.search(rf"`(--method=\S*,{NAME}\S*)`", TEXT).group(1)
    assert compile_digits(folder, digits, "--quantize=W8A8", methods, "-o", "composed.so").returncode == 0
    both = compile_digits(folder, digits, "--quantize=W8A8", f"--method=smoothquant,{NAME}", "-o", "both.so")
    assert both.returncode == 2 and "both set the scales of activations" in both.stderr


def test_the_line_makes_it_known(folder, digits):
    assert NAME in run(["build/bin/quernc", "--help"], folder).stdout
    misfit = compile_digits(folder, digits, "--quantize=W4A16", f"--method={NAME}", "-o", "misfit.so")
    assert misfit.returncode == 1 and f"{NAME} balances activations against weights" in misfit.stderr


def test_a_document_that_has_rotted_is_refused():
    table = (SOURCE / "lib" / "Pipelines" / "MethodTable.cpp").read_text()
    with pytest.raises(ValueError, match="expected the line 'no such line' once"):
        apply_diff(table, " no such line\n+new\n")
    with pytest.raises(ValueError, match="expected a line of context"):
        apply_diff(table, "+new\n")
