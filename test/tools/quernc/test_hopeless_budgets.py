"""A budget that no assignment keeps is refused before anything is measured; one that some assignment keeps never is.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

EARLY = " (before calibration; methods and ranges may add to it)"


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    """A table that Gather reads (it stays float, since Sin does), then three products, the first two with one weight."""
    random = np.random.default_rng(3)
    arrays = {"table": random.normal(size=(64, 48)), "w": random.normal(size=(48, 48)) / 7, "v": random.normal(size=(48, 32)) / 7}
    node = helper.make_node
    nodes = [node("Gather", ["table", "i"], ["e"], "embed"), node("Sin", ["e"], ["x"], "sin"), node("MatMul", ["x", "w"], ["a"], "first"), node("Relu", ["a"], ["b"], "relu"),
             node("MatMul", ["b", "w"], ["c"], "second"), node("Tanh", ["c"], ["d"], "tanh"), node("MatMul", ["d", "v"], ["y"], "third")]
    graph = helper.make_graph(nodes, "layers", [helper.make_tensor_value_info("i", TensorProto.INT64, [16])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [16, 32])],
                              [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()])
    folder = tmp_path_factory.mktemp("hopeless")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), folder / "model.onnx")
    np.savez(folder / "calibration.npz", i=random.integers(64, size=(8, 16)))
    return folder


def refuse(programs, folder, tmp_path, *flags):
    """The lines of errors. The calibration data does not exist, and would be refused if it were looked at."""
    beside = [f"--{name}={tmp_path / name}" for name in ("pareto", "assignment-output", "sensitivity-table", "cost-table", "calibration-cache")]
    made = programs.quernc(folder / "model.onnx", "-o", tmp_path / "m.so", "--assign=auto", f"--calibration-data={tmp_path / 'nowhere.npz'}", "-v",
                           *beside, *flags)
    assert made.returncode == 1 and list(tmp_path.iterdir()) == [], made.stderr
    stages = re.findall(r"^(\w+) +[\d.]+ ms", made.stderr, re.M)
    assert stages == ["import", "prepare"] and "nowhere.npz" not in made.stderr, made.stderr
    return re.findall(r"error: (.*)", made.stderr)


@pytest.mark.parametrize("budget, refused", [
    ("size=1000", ["size=1000"]), ("size=12K", ["size=12288"]), ("flash=12K,latency=1s", ["size=12288"]), ("sram=100", ["sram=100"]),
    ("size=1000,sram=100,latency=1s", ["sram=100", "size=1000"]), ("size=1000,average-bits=5", ["size=1000"])])
def test_what_is_hopeless_is_told_at_once(programs, layers, tmp_path, budget, refused):
    told = refuse(programs, layers, tmp_path, f"--budget={budget}")
    assert len(told) == len(refused)
    for line, part in zip(told, refused):
        name = part.partition("=")[0]
        assert line.startswith(f"the budget {part} cannot be kept") and line.endswith(EARLY)
        assert re.search(rf"the nearest that can is {name}=\d+", line)


def test_shares_count_the_table(programs, layers, tmp_path):
    """12288 bytes of a table beside 3840 codes: 4 bits save far less than half."""
    (line,) = refuse(programs, layers, tmp_path, "--budget=size=0.8x")
    limit, nearest = map(int, re.fullmatch(r"the budget size=(\d+) cannot be kept: the nearest that can is size=(\d+).*", line).groups())
    assert 0.75 * nearest < limit < nearest and line.endswith(EARLY)


def test_what_rules_fix_counts(programs, layers, tmp_path):
    recipe = tmp_path.parent / "fixed.yaml"
    recipe.write_text("version: 1\nrules:\n  - match: {op: MatMul}\n    weights: {bits: 6}\n")
    told = refuse(programs, layers, tmp_path, f"--recipe={recipe}", "--budget=average-bits=5")
    assert told == ["the budget average-bits=5 cannot be kept: the nearest that can is average-bits=6" + EARLY]


SCHEMES = {"static": ["--method=none"], "weights": ["--quantize=W8A16", "--method=none"], "dynamic": ["--activations=dynamic", "--method=none"],
           "groups": ["--method=none", "--group-size=16"]}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_nearest_value_can_be_kept(programs, layers, tmp_path, scheme):
    flags = [*SCHEMES[scheme], "--sensitivity=round-off"]
    (line,) = refuse(programs, layers, tmp_path, "--budget=size=1000", *flags)
    nearest = int(re.search(r"the nearest that can is size=(\d+)", line)[1])

    def make(budget, *more):
        made = programs.quernc(layers / "model.onnx", "-o", tmp_path / "m", "--assign=auto", f"--calibration-data={layers / 'calibration.npz'}",
                               f"--budget={budget}", *flags, *more)
        assert made.returncode == 0, made.stderr

    make(f"size={nearest}")
    taken = json.loads(programs.quern_run(tmp_path / "m", "--describe", "--json").stdout)
    assert taken["weight_bytes"] <= nearest
    # What a model is known to take is beyond no bound.
    make(f"size={taken['weight_bytes']},sram={taken['workspace_bytes']}", "--stop-after=prepare", "--emit=mlir")
