"""Writes the files that a document shows, so that they can be built: usage: extract_files.py DOCUMENT SOURCE OUTPUT

A file is a line `path` alone, then a fenced block. A block of language `diff` changes the file of that path in SOURCE: the lines
that it keeps stand there once each, and the lines that it adds go behind them. Files that are already as they should be are not
touched, and others are removed.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import pathlib
import re
import sys

BLOCK = re.compile(r"^`([^`\n]+)`\n\n```(\w+)\n(.*?)^```$", re.M | re.S)


def read_blocks(text):
    """[(path, language, content)] of a document's text."""
    return BLOCK.findall(text)


def added_lines(diff):
    return [line[1:] for line in diff.splitlines() if line.startswith("+")]


def apply_diff(text, diff):
    lines = text.splitlines()
    place = None
    for line in diff.splitlines():
        if line.startswith(" "):
            if lines.count(line[1:]) != 1:
                raise ValueError(f"expected the line {line[1:]!r} once")
            place = lines.index(line[1:])
        elif line.startswith("+") and place is not None:
            place += 1
            lines.insert(place, line[1:])
        else:
            raise ValueError(f"expected a line of context, then lines that begin with '+', got {line!r}")
    return "\n".join(lines) + "\n"


def main(document, source, output):
    files = {}
    for path, language, content in read_blocks(document.read_text()):
        try:
            files[output / path] = apply_diff((source / path).read_text(), content) if language == "diff" else content
        except (OSError, ValueError) as problem:
            sys.exit(f"{document}: {path}: {problem}")
    for path in [path for path in output.rglob("*") if path.is_file() and path not in files]:
        path.unlink()
    for path, content in files.items():
        if not path.exists() or path.read_text() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))
