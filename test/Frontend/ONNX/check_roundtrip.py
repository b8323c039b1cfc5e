"""Imports and exports each model and compares both in ONNX Runtime.

usage: check_roundtrip.py TOOL FOLDER    TOOL IN OUT imports IN and exports it to OUT
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime

TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


def session(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(path, options)


def sample(session_):
    random = np.random.default_rng(7)
    feed = {}
    for entry in session_.get_inputs():
        shape = [size if isinstance(size, int) else 5 for size in entry.shape]
        feed[entry.name] = random.normal(size=shape).astype(TYPES[entry.type])
    return feed


def check(tool, path, out):
    ran = subprocess.run([tool, path, out], capture_output=True, text=True, timeout=120)
    if ran.returncode != 0:
        return f"refused: {ran.stderr}"
    onnx.checker.check_model(str(out))
    original, exported = session(path), session(out)
    for what in ("get_inputs", "get_outputs"):
        names = [[entry.name for entry in getattr(s, what)()] for s in (original, exported)]
        if names[0] != names[1]:
            return f"{what}: {names[0]} became {names[1]}"
    feed = sample(original)
    for name, a, b in zip(names[0], original.run(None, feed), exported.run(None, feed)):
        if not np.array_equal(a, b, equal_nan=True):
            return f"output {name}: differs by up to {np.max(np.abs(a - b))}"
    return None


def main():
    tool, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    out, failures = folder / "exported", 0
    out.mkdir(exist_ok=True)
    paths = sorted(folder.glob("*.onnx"))
    for path in paths:
        try:
            problem = check(tool, path, out / path.name)
        except Exception as error:  # what the checker or the runtime says is the finding
            problem = str(error)
        if problem:
            failures += 1
            print(f"{path.stem}: {problem}")
    print(f"{len(paths)} models, {failures} failed")
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
