"""Writes models that must be accepted: every change of an operator's form, and every way to state a graph.

usage: good_models.py FOLDER    writes FOLDER/NAME.onnx
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import pathlib
import sys

import good_graphs  # noqa: F401: these two register their cases
import good_upgrades  # noqa: F401
from good_model_parts import CASES


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, function in CASES.items():
        (folder / f"{name}.onnx").write_bytes(function().SerializeToString())


if __name__ == "__main__":
    main()
