"""The commands and links of README.md work as written, on the demo's network.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re
import shlex
import shutil
import subprocess

import numpy as np
import pytest

from conftest import SOURCE, seconds

README = (SOURCE / "README.md").read_text()
COMMANDS = [line for block in re.findall(r"^```sh\n(.*?)^```", README, re.M | re.S) for line in block.splitlines()]


@pytest.fixture(scope="module")
def folder(programs, digits, tmp_path_factory):
    """A folder with the files that README.md names, and the programs where it says they are."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "build").mkdir()
    (folder / "build" / "bin").symlink_to(programs.bin.resolve())
    shutil.copy(digits.model, folder / "model.onnx")
    shutil.copy(digits.calibration, folder / "calib.npz")
    np.savez(folder / "inputs.npz", image=digits.images)
    return folder


def run(command, folder):
    ran = subprocess.run(shlex.split(command, comments=True), cwd=folder, capture_output=True, text=True, timeout=seconds(300))
    assert ran.returncode == 0, f"{command}\n{ran.stderr}"
    return ran.stdout


def test_commands(folder, digits):
    """In their order: later ones use what earlier ones wrote."""
    commands = [command for command in COMMANDS if command.startswith("build/bin/")]
    assert commands
    for command in commands:
        run(command, folder)
    answers = np.load(folder / "outputs.npz")["probability"][:, 0].argmax(1)
    assert (answers == digits.labels).mean() > 0.95


def test_stop_after(folder):
    assert "--stop-after=STAGE --emit=mlir -o -" in README
    flags = "--quantize=W8A8 --calibration-data=calib.npz"
    text = run(f"build/bin/quernc model.onnx {flags} --stop-after=quantize --emit=mlir -o -", folder)
    assert "quern.quantize" in text


def test_dev_knows_the_commands_of_the_readme():
    known = run(f"{SOURCE / 'dev'} help", SOURCE)
    named = [shlex.split(command, comments=True)[1] for command in COMMANDS if command.startswith("./dev ")]
    assert named
    for name in named:
        assert re.search(rf"^  {name}\b", known, re.M), name


def test_links_lead_somewhere():
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in target]
    assert targets
    assert [target for target in targets if not (SOURCE / target).exists()] == []
