"""The commands of docs/report.md run as written, on the demo's network, and what it names exists.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import re
import shutil
import subprocess

from conftest import SOURCE, seconds

TEXT = (SOURCE / "docs" / "report.md").read_text()
COMMANDS = "".join(re.findall(r"^```sh\n(.*?)^```", TEXT, re.M | re.S))


def members(value):
    """Every name of a member within a JSON value."""
    if isinstance(value, dict):
        return set(value) | {name for item in value.values() for name in members(item)}
    return {name for item in value for name in members(item)} if isinstance(value, list) else set()


def test_commands_and_names(programs, digits, tmp_path):
    shutil.copy(digits.model, tmp_path / "model.onnx")
    shutil.copy(digits.calibration, tmp_path / "calib.npz")
    environment = dict(os.environ, PATH=f"{programs.bin}{os.pathsep}{os.environ['PATH']}")
    ran = subprocess.run(["bash", "-e", "-c", COMMANDS], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=seconds(300))
    assert ran.returncode == 0, ran.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    causes = {"outlier channel", "wasted range", "weight range"}
    named = set(re.findall(r"`([a-z]+(?: [a-z]+)?)`", TEXT)) - causes
    assert named <= members(report) | {"sqnr"}, named - members(report)
