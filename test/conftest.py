"""Fixtures: the built programs, the demo's trained network and its data.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("QUERN_BUILD", SOURCE / "build")).resolve()


def is_sanitized():
    """True if the programs were built with AddressSanitizer and UndefinedBehaviorSanitizer."""
    cache = BUILD / "CMakeCache.txt"
    return cache.exists() and bool(re.search(r"^QUERN_SANITIZE:BOOL=(ON|1|TRUE|YES)$", cache.read_text(), re.M | re.I))


SANITIZED = is_sanitized()


def seconds(plain):
    """A time limit for a program of the build folder; sanitizers make programs several times slower."""
    return plain * 5 if SANITIZED else plain


class Programs:
    """Runs a program of the build folder; `programs.quernc("model.onnx", ...)` gives the finished process."""

    def __init__(self):
        self.bin = BUILD / "bin"

    def run(self, name, *arguments, **options):
        return subprocess.run([self.bin / name, *map(str, arguments)], capture_output=True, text=True, timeout=seconds(300), **options)

    def quernc(self, *arguments, **options):
        return self.run("quernc", *arguments, **options)

    def quern_run(self, *arguments, **options):
        return self.run("quern-run", *arguments, **options)


@pytest.fixture(scope="session")
def programs():
    return Programs()


class Digits:
    """The demo's network: 8x8 images to ten probabilities."""
    model = SOURCE / "demo" / "digits.onnx"
    calibration = SOURCE / "demo" / "calibration.npz"
    w8a8 = ["--quantize=W8A8", f"--calibration-data={calibration}"]

    def __init__(self):
        held_out = np.load(SOURCE / "demo" / "test.npz")
        self.images, self.labels = held_out["image"], held_out["label"]


@pytest.fixture(scope="session")
def digits():
    return Digits()


@pytest.fixture
def execute(programs, tmp_path):
    """execute(artefact, **arrays): outputs by name, arrays and outputs with a leading axis over samples."""

    def run(artefact, threads=1, **arrays):
        inputs, outputs = tmp_path / "inputs.npz", tmp_path / "outputs.npz"
        np.savez(inputs, **arrays)
        ran = programs.quern_run(artefact, "--samples", inputs, "--outputs", outputs, f"--threads={threads}")
        assert ran.returncode == 0, ran.stderr
        return dict(np.load(outputs))

    return run


@pytest.fixture(scope="session")
def quern():
    """The Python package of the build folder."""
    if SANITIZED:
        pytest.skip("a process that was not started with AddressSanitizer cannot load the package")
    sys.path.insert(0, str(BUILD / "python"))
    import quern
    assert pathlib.Path(quern.__file__).is_relative_to(BUILD)
    return quern
