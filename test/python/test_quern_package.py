"""A new user's way: pip install of the source tree, then a model quantized with a reader class as written for ONNX Runtime.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import ast
import os
import pathlib
import subprocess
import sys

import pytest

from conftest import BUILD, SOURCE, seconds

PROGRAM = """
import sys
import numpy as np
import quern
from onnxruntime.quantization import CalibrationDataReader


class DigitsReader(CalibrationDataReader):
    def __init__(self, path):
        self.enum_data = iter([{"image": image[None]} for image in np.load(path)["image"]])

    def get_next(self):
        return next(self.enum_data, None)


demo = sys.argv[1]
quern.compile(f"{demo}/digits.onnx", "digits.so", quantize="W8A8", calibration_data=DigitsReader(f"{demo}/calibration.npz"))
session, test = quern.InferenceSession("digits.so"), np.load(f"{demo}/test.npz")
answers = [session.run(None, {session.get_inputs()[0].name: image})[0].argmax() for image in test["image"]]
print(quern.__file__, np.mean(answers == test["label"]), session.describe()["precision"])
"""


@pytest.fixture(scope="module")
def installed(quern, tmp_path_factory):
    """The folder that pip has installed into. It builds the package anew beside the build folder, whose objects ccache gives it."""
    folder = tmp_path_factory.mktemp("site")
    ran = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                          "--no-build-isolation", "--target", folder, f"--config-settings=build-dir={BUILD}-pip", SOURCE],
                         capture_output=True, text=True, timeout=seconds(900))
    assert ran.returncode == 0, ran.stderr[-3000:]
    return folder


def test_pip_install_and_an_int8_model(installed, tmp_path):
    environment = dict(os.environ, PYTHONPATH=str(installed))
    ran = subprocess.run([sys.executable, "-c", PROGRAM, SOURCE / "demo"], cwd=tmp_path, env=environment, capture_output=True, text=True,
                         timeout=seconds(300))
    assert ran.returncode == 0, ran.stderr
    path, accuracy, precision = ran.stdout.split()
    assert pathlib.Path(path).is_relative_to(installed) and float(accuracy) > 0.95 and precision == "W8A8"


def test_what_is_installed(installed):
    names = {path.name for path in (installed / "quern").iterdir()}
    sources = {path.name for path in (SOURCE / "python_bindings" / "quern").iterdir() if path.suffix in (".py", ".typed")}
    assert sources <= names and "libquern.so" in names
    stub = ast.parse((installed / "quern" / "_quern.pyi").read_text())
    assert {"compile", "run_pipeline", "Session"} <= {node.name for node in stub.body if hasattr(node, "name")}
    version = next(installed.glob("quern-*.dist-info")).name.split("-")[1].removesuffix(".dist")
    assert f"project(quern VERSION {version} " in (SOURCE / "CMakeLists.txt").read_text()
