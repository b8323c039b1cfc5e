"""Calibration in parts: shuffled samples and merged shards give the bytes of one calibration.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import pytest


@pytest.fixture(scope="module")
def statistics(programs, digits, tmp_path_factory):
    """Statistics of the demo's data, whole, shuffled and in parts; of nine samples in all."""
    folder = tmp_path_factory.mktemp("shards")
    images = np.load(digits.calibration)["image"][:9]
    order = np.random.default_rng(1).permutation(len(images))
    for name, part in {"whole": images, "shuffled": images[order], "a": images[order[:2]], "b": images[order[2:7]], "c": images[order[7:]]}.items():
        np.savez(folder / f"{name}.npz", image=part)
        made = programs.quernc(digits.model, f"--calibration-data={folder / name}.npz", "--emit=statistics", "-o", folder / f"{name}.json")
        assert made.returncode == 0, made.stderr
    return folder


def test_order_does_not_matter(statistics):
    assert (statistics / "shuffled.json").read_bytes() == (statistics / "whole.json").read_bytes()


@pytest.mark.parametrize("names", ["abc", "cab"])
def test_shards_add_up(programs, digits, statistics, tmp_path, names):
    caches = [f"--calibration-cache={statistics / name}.json" for name in names]
    made = programs.quernc(digits.model, *caches, "--emit=statistics", "-o", tmp_path / "merged.json")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "merged.json").read_bytes() == (statistics / "whole.json").read_bytes()


def test_compiled_from_shards(programs, digits, statistics, tmp_path):
    outputs = {}
    for name, flags in {"whole": [f"--calibration-cache={statistics / 'whole.json'}"],
                        "shards": [f"--calibration-cache={statistics / name}.json" for name in "abc"],
                        "both": [f"--calibration-cache={statistics / name}.json" for name in "abc"] + [f"--calibration-data={statistics / 'whole.npz'}"]}.items():
        made = programs.quernc(digits.model, "--quantize=W8A8", "--method=none", *flags, "--stop-after=quantize", "-o", "-")
        assert made.returncode == 0, made.stderr
        outputs[name] = made.stdout
    assert outputs["whole"] == outputs["shards"] == outputs["both"]


def test_refusals(programs, digits, statistics, tmp_path):
    def refused(*flags):
        made = programs.quernc(digits.model, "--quantize=W8A8", "--method=none", *flags, "-o", tmp_path / "model.so")
        assert made.returncode == 1 and not (tmp_path / "model.so").exists(), made.stderr
        return made.stderr

    a, b = (f"--calibration-cache={statistics / name}.json" for name in "ab")
    assert "are of other data than" in refused(a, b, f"--calibration-data={statistics / 'whole.npz'}")
    assert "missing.json" in refused(a, f"--calibration-cache={tmp_path / 'missing.json'}")
    (tmp_path / "other.json").write_text((statistics / "b.json").read_text().replace('"model": "', '"model": "0', 1))
    assert "statistics cannot be merged: they are of different models" in refused(a, f"--calibration-cache={tmp_path / 'other.json'}")
    before = (statistics / "a.json").read_bytes()
    made = programs.quernc(digits.model, a, b, "--emit=statistics", "-o", statistics / "a.json")
    assert made.returncode == 1 and "is a calibration cache" in made.stderr and (statistics / "a.json").read_bytes() == before
