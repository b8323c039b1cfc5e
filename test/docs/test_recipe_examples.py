"""The recipes of docs/recipes.md run as written, on the demo's network.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re

import pytest

from conftest import SOURCE

TEXT = (SOURCE / "docs" / "recipes.md").read_text()
RECIPES = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.M | re.S)


@pytest.mark.parametrize("number", range(len(RECIPES)))
def test_examples(programs, digits, execute, tmp_path, number):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(RECIPES[number])
    data = [f"--calibration-data={digits.calibration}"] if "methods: [none]" not in RECIPES[number] else []
    made = programs.quernc(digits.model, "-o", tmp_path / "model.so", f"--recipe={recipe}", *data)
    assert made.returncode == 0, made.stderr
    answers = execute(tmp_path / "model.so", image=digits.images)["probability"][:, 0].argmax(1)
    assert (answers == digits.labels).mean() > 0.95


def test_the_short_way_is_the_same(programs, digits, tmp_path):
    flags = re.search(r"is `(--quantize=W8A8 --exclude=[a-z]+)`", TEXT).group(1).split()
    (tmp_path / "recipe.yaml").write_text(RECIPES[-1])
    artefacts = []
    for arguments in (flags, [f"--recipe={tmp_path / 'recipe.yaml'}"]):
        made = programs.quernc(digits.model, "-o", tmp_path / "model.so", *arguments, f"--calibration-data={digits.calibration}")
        assert made.returncode == 0, made.stderr
        artefacts.append((tmp_path / "model.so").read_bytes())
    assert artefacts[0] == artefacts[1]


def test_the_table_has_every_observer(programs):
    known = re.search(r"--observer=<name>\s+- (.*?\.?)\n\s+--", programs.quernc("--help").stdout, re.S).group(1)
    names = set(re.findall(r"[a-z]+(?:-[a-z]+)?(?=,| \(default\)|\s|$)", known.split(":", 1)[1])) - {"default"}
    row = next(line for line in TEXT.splitlines() if "observer" in line and line.startswith("|"))
    assert names and all(f"`{name}`" in row for name in names), names
