"""A budget of latency is spent on activations too: scales of rows, and floats. Times are stated in the cost table, none is asserted.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

BLOCKS, TOKENS, WIDTH = 4, 16, 256
MILLISECOND = 10**6  # in nanoseconds; far beyond what these products take
STATIC, NARROW, ROWS, FLOAT, REST = 20, 25, 22, 30, 3  # ms of an op, and of the model beyond its ops


@pytest.fixture(scope="module")
def blocks(tmp_path_factory):
    """Products with ReLUs between; one row of the input is ten times as large as the others, and what is left of a row does not depend on
    its size."""
    random = np.random.default_rng(5)
    nodes, arrays, last = [], {"one": np.ones(WIDTH)}, "x"
    for block in range(BLOCKS):
        arrays[f"w{block}"] = random.normal(size=(WIDTH, WIDTH)) / WIDTH**0.5
        nodes += [helper.make_node("MatMul", [last, f"w{block}"], [f"m{block}"], f"block{block}"),
                  helper.make_node("Relu", [f"m{block}"], [f"r{block}"], f"relu{block}")]
        last = f"r{block}"
    nodes.append(helper.make_node("LayerNormalization", [last, "one"], ["y"], "norm"))
    graph = helper.make_graph(nodes, "blocks", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [TOKENS, WIDTH])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [TOKENS, WIDTH])],
                              [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()])
    folder = tmp_path_factory.mktemp("activations")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), folder / "model.onnx")
    for name, count in (("calibration", 16), ("held", 8)):
        x = random.normal(size=(count, TOKENS, WIDTH)) * np.where(np.arange(TOKENS) == 3, 10, 1)[:, None]
        np.savez(folder / f"{name}.npz", x=x.astype(np.float32))
    return folder


class Planned:
    """quernc on a model, by one cost table."""

    def __init__(self, programs, folder):
        self.programs, self.folder, self.table = programs, folder, folder / "costs.json"
        self.flags = ["--method=clip", f"--calibration-data={folder / 'calibration.npz'}", f"--calibration-cache={folder / 'ranges.json'}"]

    def measure_truth(self):
        self.truth = self.run(self.compile(self.folder / "float.so", flags=[])[0])

    def compile(self, artefact, *more, flags=None, status=0):
        made = self.programs.quernc(self.folder / "model.onnx", "-o", artefact, *(self.flags if flags is None else flags), *more)
        assert made.returncode == status, made.stderr
        assert artefact.exists() == (status == 0)
        return artefact, made.stderr

    def assign(self, artefact, budget, *more, **others):
        return self.compile(artefact, "--assign=auto", f"--budget={budget}", f"--cost-table={self.table}",
                            f"--assignment-output={artefact.with_suffix('.yaml')}", *more, **others)

    def run(self, artefact):
        done = self.programs.quern_run(artefact, "--samples", self.folder / "held.npz", "--outputs", artefact.with_suffix(".npz"))
        assert done.returncode == 0, done.stderr
        return np.load(artefact.with_suffix(".npz"))["y"]

    def error(self, artefact):
        return np.square(self.run(artefact) - self.truth, dtype=np.float64).sum()

    def precisions(self, artefact):
        told = json.loads(self.programs.quern_run(artefact, "--describe", "--json").stdout)
        return {node["node"]: f'{node["activations"]} {node["weights"]}' for node in told["quantized_nodes"] if "weights" in node}


@pytest.fixture(scope="module")
def planned(programs, blocks):
    planned = Planned(programs, blocks)
    planned.measure_truth()
    planned.assign(blocks / "first.so", "latency=1s")
    table = json.loads(planned.table.read_text())
    for key, cost in table["costs"].items():
        cost["nanoseconds"] = MILLISECOND * (FLOAT if key.endswith(" float") else ROWS if "row" in key else
                                             NARROW if " weights of 4 bits" in key else STATIC)
    whole = [key for key in table["costs"] if key.endswith("weights of " + ", ".join(["8 bits"] * BLOCKS))]
    table["costs"] = {key: cost for key, cost in table["costs"].items() if "; model " not in key or key in whole}
    table["costs"][whole[0]]["nanoseconds"] = (BLOCKS * STATIC + REST) * MILLISECOND
    planned.table.write_text(json.dumps(table))
    return planned


def test_time_is_spent_where_codes_lose_most(planned, tmp_path):
    least = BLOCKS * STATIC + REST
    errors = []
    for extra in (0, 2 * (ROWS - STATIC), BLOCKS * (ROWS - STATIC), BLOCKS * (FLOAT - STATIC)):
        artefact, _ = planned.assign(tmp_path / f"{extra}.so", f"latency={least + extra}ms")
        entries = re.findall(r"\{(.*?)\}", (tmp_path / f"{extra}.yaml").read_text())
        floats, rows = sum("float: true" in entry for entry in entries), sum("activations: dynamic" in entry for entry in entries)
        assert len(entries) == BLOCKS and floats * (FLOAT - STATIC) + rows * (ROWS - STATIC) <= extra
        assert planned.precisions(artefact) == {
            f"block{number}": ("u8 per row" if "dynamic" in entry else "u8") + " s8 per channel"
            for number, entry in enumerate(entries) if "float" not in entry}
        errors.append(planned.error(artefact))
    assert errors[1] < 0.9 * errors[0] and errors[2] < 0.1 * errors[0]
    assert errors[3] < 1e-9 * np.square(planned.truth).sum()  # all of it is float


def test_the_assignment_can_be_given_back_and_edited(planned, tmp_path):
    auto, _ = planned.assign(tmp_path / "auto.so", f"latency={BLOCKS * STATIC + REST + FLOAT - STATIC + 2 * (ROWS - STATIC)}ms")
    text = auto.with_suffix(".yaml").read_text()
    assert "activations: dynamic" in text
    given, _ = planned.compile(tmp_path / "given.so", f"--assign={auto.with_suffix('.yaml')}")
    assert given.read_bytes() == auto.read_bytes()
    head = text[: text.index("weights:")]
    (tmp_path / "mine.yaml").write_text(head + "weights:\n  - {node: block0, float: true}\n  - {node: block2, bits: 4, activations: dynamic}\n")
    mine, told = planned.compile(tmp_path / "mine.so", f"--assign={tmp_path / 'mine.yaml'}")
    assert planned.precisions(mine) == {"block1": "u8 s8 per channel", "block2": "u8 per row u4 per channel", "block3": "u8 s8 per channel"}
    assert "node 'block0': MatMul stays float because it is assigned to float" in told
    there, _ = planned.compile(tmp_path / "reference.so", f"--assign={tmp_path / 'mine.yaml'}", "--target=reference")
    assert np.allclose(planned.run(mine), planned.run(there), rtol=1e-4, atol=1e-4)  # what is float may differ in its last bits


def test_other_budgets_leave_activations_alone(planned, tmp_path):
    for budget, more in (("size=0.8x", []), ("latency=1s,sram=1M", []), ("latency=1s", ["--sensitivity=round-off"])):
        artefact, _ = planned.assign(tmp_path / "m.so", budget, *more)
        assert set(planned.precisions(artefact)) == {f"block{number}" for number in range(BLOCKS)}
        assert all(precision.startswith("u8 ") and "row" not in precision for precision in planned.precisions(artefact).values())


def test_the_front_reaches_from_codes_to_float(planned, tmp_path):
    planned.assign(tmp_path / "m.so", f"latency={BLOCKS * ROWS + REST}ms", f"--pareto={tmp_path / 'front.json'}")
    points = json.loads((tmp_path / "front.json").read_text())["points"]
    uniform = {point["uniform"]: point for point in points if "uniform" in point}
    assert {"8 bits", "8 bits with dynamic activations", "float"} <= set(uniform)
    assert uniform["float"]["latency"] == BLOCKS * FLOAT + REST and uniform["float"]["output_error"] < 1e-9
    assert uniform["float"]["bits"] == [32] * BLOCKS and set(uniform["float"]["activations"]) == {"float"}
    chosen = next(point for point in points if point["chosen"])
    assert set(chosen["activations"]) == {"dynamic"}
    for point in uniform.values():
        assert any(other["latency"] <= point["latency"] and other["loss"] <= point["loss"] for other in points if "uniform" not in other)


def test_floats_have_their_own_biases(programs, digits, tmp_path):
    """Codes may have corrected ones (bias-correction): then a model of floats alone would not be the float model."""
    made = programs.quernc(digits.model, "-o", tmp_path / "m.so", "--assign=auto", "--budget=latency=1s", "--method=bias-correction",
                           f"--pareto={tmp_path / 'front.json'}", f"--calibration-data={digits.calibration}")
    assert made.returncode == 0, made.stderr
    uniform = {point.get("uniform"): point["output_error"] for point in json.loads((tmp_path / "front.json").read_text())["points"]}
    assert uniform["float"] < 1e-9 < 1e-6 < uniform["8 bits"]


def test_rows_of_a_method_stay_when_bits_are_chosen(planned, tmp_path):
    """`auto` may give activations scales of rows before bits are chosen."""
    flags = ["--method=auto", f"--calibration-data={planned.folder / 'calibration.npz'}"]
    for budget in ("size=0.8x", "latency=1s"):
        artefact, told = planned.assign(tmp_path / "m.so", budget, flags=flags)
        rows = int(re.search(r"(\d+) of \d+ activations with scales of rows", told)[1])
        assert rows > 0
        if budget.startswith("size"):
            assert sum("per row" in precision for precision in planned.precisions(artefact).values()) == rows


def test_who_refuses_floats_gets_none(programs, digits, tmp_path):
    made = programs.quernc(digits.model, "-o", tmp_path / "m.so", "--assign=auto", "--budget=latency=1s", "--fail-on-float",
                           f"--calibration-data={digits.calibration}")
    assert made.returncode == 0 and "stays float" not in made.stderr, made.stderr


@pytest.fixture(scope="module")
def attention(tmp_path_factory):
    """softmax(x Q (x K)^T) x V: two products of activations."""
    random = np.random.default_rng(9)
    node = helper.make_node
    nodes = [node("MatMul", ["x", "wq"], ["q"], "query"), node("MatMul", ["x", "wk"], ["k"], "key"), node("MatMul", ["x", "wv"], ["v"], "value"),
             node("Transpose", ["k"], ["kt"], perm=[1, 0]), node("MatMul", ["q", "kt"], ["s"], "scores"), node("Softmax", ["s"], ["p"], "probabilities"),
             node("MatMul", ["p", "v"], ["y"], "attended")]
    arrays = {f"w{name}": random.normal(size=(32, 32)) / 32**0.5 for name in "qkv"}
    graph = helper.make_graph(nodes, "attention", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [TOKENS, 32])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [TOKENS, 32])],
                              [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()])
    folder = tmp_path_factory.mktemp("attention")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), folder / "model.onnx")
    for name, count in (("calibration", 16), ("held", 8)):
        np.savez(folder / f"{name}.npz", x=random.normal(size=(count, TOKENS, 32)).astype(np.float32))
    return folder


@pytest.mark.parametrize("method", ["none", "auto"])
def test_products_of_two_activations_may_be_float(programs, attention, tmp_path, method):
    attention = Planned(programs, attention)
    truth = attention.run(attention.compile(tmp_path / "float.so", flags=[])[0])
    flags = [f"--method={method}", f"--calibration-data={attention.folder / 'calibration.npz'}"]
    plain, _ = attention.compile(tmp_path / "plain.so", "--quantize=W8A8", flags=flags)
    artefact, told = attention.assign(tmp_path / "m.so", "latency=1s", flags=flags)
    assert "float to 2 products of two activations" in told
    assert np.square(attention.run(artefact) - truth, dtype=np.float64).sum() < 1e-3 * np.square(attention.run(plain) - truth, dtype=np.float64).sum()
    text = artefact.with_suffix(".yaml").read_text()
    assert re.search(r'node: "scores", float: true', text)
    mine = tmp_path / "mine.yaml"
    mine.write_text(text.replace('node: "scores", float: true', 'node: "scores", bits: 8'))
    given, _ = attention.compile(tmp_path / "given.so", f"--assign={mine}", flags=flags)
    nodes = {node["node"] for node in json.loads(programs.quern_run(given, "--describe", "--json").stdout)["quantized_nodes"]}
    assert "scores" in nodes and "attended" not in nodes
