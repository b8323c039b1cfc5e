"""The code of docs/python.md and the cells of docs/quantize.ipynb run as written, on the demo's network.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from conftest import BUILD, SOURCE, seconds

TEXT = (SOURCE / "docs" / "python.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", TEXT, re.M | re.S)
CELLS = ["".join(cell["source"]) for cell in json.loads((SOURCE / "docs" / "quantize.ipynb").read_text())["cells"]
         if cell["cell_type"] == "code"]


def run(code, folder):
    """Runs a program of its own, as a user would."""
    program = folder / "program.py"
    program.write_text(code)
    environment = dict(os.environ, PYTHONPATH=str(BUILD / "python"))
    ran = subprocess.run([sys.executable, program], cwd=folder, env=environment, capture_output=True, text=True, timeout=seconds(300))
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_document(quern, digits, tmp_path):
    shutil.copy(digits.model, tmp_path / "model.onnx")
    shutil.copy(digits.calibration, tmp_path / "calib.npz")
    # Dask's workers import the program anew: only the last block, which guards itself, may come after what it needs.
    last = BLOCKS.pop()
    assert "distributed" in last and len(BLOCKS) >= 7
    main = "\n".join(BLOCKS)
    printed = run("if __name__ == '__main__':\n    exec(" + repr(main) + ", globals())\n" + last, tmp_path)
    assert "W9A9" in printed and "image [1, 1, 8, 8] tensor(float)" in printed and "W8A8" in printed
    assert {"model.so", "model.qdq.onnx", "statistics.json"} <= {path.name for path in tmp_path.iterdir()}
    assert not (tmp_path / "other.so").exists()


def test_the_table_of_parameters(quern):
    import inspect
    parameters = [name for name, parameter in inspect.signature(quern.quantize_static).parameters.items()
                  if parameter.kind == parameter.POSITIONAL_OR_KEYWORD]
    rows = " ".join(line.split("|")[1] for line in TEXT.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`(\w+)`", rows)) == set(parameters[3:])


def test_the_notebook(quern, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "demo").symlink_to(SOURCE / "demo")
    printed = run("\n\n".join(CELLS), tmp_path / "docs")
    accuracies = [float(value) for value in re.findall(r"accuracy (0\.\d+|1\.\d+)", printed)]
    sizes = [int(value) for value in re.findall(r"weights +(\d+) bytes", printed)]
    assert len(accuracies) == 3 and min(accuracies) > 0.95 and sizes == sorted(sizes, reverse=True)
    assert "quern.precision" in printed and "largest difference" in printed


def test_the_notebook_has_no_outputs():
    """They would be of another machine."""
    cells = json.loads(pathlib.Path(SOURCE / "docs" / "quantize.ipynb").read_text())["cells"]
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)
