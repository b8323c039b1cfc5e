"""Writes models that must be refused, and for each what the messages must contain.

usage: bad_models.py FOLDER    writes FOLDER/NAME.onnx and FOLDER/expected.json ({"NAME": ["substring", ...]})
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import pathlib
import sys

import bad_graphs  # noqa: F401: these three register their cases
import bad_tensors  # noqa: F401
import bad_bodies  # noqa: F401
from bad_model_parts import CASES


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "short.bin").write_bytes(b"1234")
    (folder.parent / "outside.bin").write_bytes(b"12345678")
    link = folder / "link.bin"
    if not link.is_symlink():
        os.symlink(folder.parent / "outside.bin", link)
    for name, (function_, _) in CASES.items():
        made = function_()
        (folder / f"{name}.onnx").write_bytes(made if isinstance(made, bytes) else made.SerializeToString())
    expected = {name: expected for name, (_, expected) in CASES.items()}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1))


if __name__ == "__main__":
    main()
