"""A budget of latency on the demo's network. What times decide is stated in the cost table, so that no measured time is asserted.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json

import pytest

MILLISECOND = 10**6  # in nanoseconds; far beyond what this network takes, so that what is measured keeps every budget below
REST = 3  # ms of the model beyond its ops


class Planned:
    """quernc within a budget of latency, by one cost table."""

    def __init__(self, programs, digits, folder):
        self.programs, self.model, self.table = programs, digits.model, folder / "costs.json"
        self.flags = ["--assign=auto", "--method=clip", "--sensitivity=round-off", f"--calibration-data={digits.calibration}",
                      f"--calibration-cache={folder / 'ranges.json'}", f"--cost-table={self.table}"]

    def compile(self, folder, budget, status=0):
        """Standard error, and the point of the front that was chosen."""
        made = self.programs.quernc(self.model, "-o", folder / "m.so", f"--budget={budget}", f"--pareto={folder / 'front.json'}", *self.flags)
        assert made.returncode == status, made.stderr
        assert (folder / "m.so").exists() == (folder / "front.json").exists() == (status == 0)
        points = json.loads((folder / "front.json").read_text())["points"] if status == 0 else []
        return made.stderr, next((point for point in points if point["chosen"]), None)


@pytest.fixture(scope="module")
def planned(programs, digits, tmp_path_factory):
    """The table of a first run, in which 8 bits of the op number i now take 20 + i ms and 4 bits 12 + i."""
    folder = tmp_path_factory.mktemp("latency")
    planned = Planned(programs, digits, folder)
    _, chosen = planned.compile(folder, "latency=1s")
    table = json.loads(planned.table.read_text())
    ops = sorted({key.partition(" weights of ")[0] for key in table["costs"] if "; model " not in key})
    assert len(ops) == len(chosen["bits"]) == 5
    for key, cost in table["costs"].items():
        op = key.partition(" weights of ")[0]
        if op in ops:
            cost["nanoseconds"] = ((20 if " weights of 8 bits" in key else 12) + ops.index(op)) * MILLISECOND
    whole = [key for key in table["costs"] if key.endswith("weights of " + ", ".join(["8 bits"] * 5))]
    table["costs"] = {key: cost for key, cost in table["costs"].items() if "; model " not in key or key in whole}
    table["costs"][whole[0]]["nanoseconds"] = (5 * 20 + sum(range(5)) + REST) * MILLISECOND
    planned.table.write_text(json.dumps(table))
    return planned


def test_the_prediction_keeps_the_budget(planned, tmp_path):
    eight = 5 * 20 + sum(range(5)) + REST
    for budget, narrow in ((eight, 0), (eight - 1, 1), (eight - 20, 3)):
        folder = tmp_path / str(budget)
        folder.mkdir()
        _, chosen = planned.compile(folder, f"latency={budget}ms")
        assert chosen["latency"] <= budget
        assert chosen["bits"].count(4) == narrow  # each saves 8 ms, and no more of them than it takes


def test_what_no_choice_keeps_is_refused(planned, tmp_path):
    nearest = 5 * 12 + sum(range(5)) + REST
    before = planned.table.read_bytes()
    told, _ = planned.compile(tmp_path, f"latency={nearest - 1}ms", status=1)
    assert f"the budget latency={nearest - 1}ms cannot be kept: the nearest that can is latency={nearest}ms" in told
    assert list(tmp_path.iterdir()) == [] and planned.table.read_bytes() == before
    _, chosen = planned.compile(tmp_path, f"latency={nearest}ms")
    assert set(chosen["bits"]) == {4} and chosen["latency"] == nearest
