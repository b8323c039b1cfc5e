"""quernc diff: two artefacts, and two reports, side by side.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper


@pytest.fixture(scope="module")
def pair(programs, digits, tmp_path_factory):
    """W8A8, and W4A8 with the first node float: artefacts a.so and b.so, and a report of each."""
    folder = tmp_path_factory.mktemp("diff")
    np.savez(folder / "one.npz", image=digits.images[:1].reshape(1, 1, 8, 8))
    for name, flags in (("a", ["--quantize=W8A8"]), ("b", ["--quantize=W4A8", "--exclude=^conv1$"])):
        ran = programs.quernc(digits.model, *flags, "--method=none", f"--calibration-data={folder / 'one.npz'}", "-o", folder / f"{name}.so",
                              f"--report={folder / name}.json")
        assert ran.returncode == 0, ran.stderr
    np.savez(folder / "x.npz", image=digits.images[:5])
    return folder


def diff(programs, *arguments):
    ran = programs.quernc("diff", *arguments, "--json")
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def table(found, title):
    return next(one["rows"] for one in found["tables"] if one["title"].startswith(title))


def test_artefacts(programs, pair):
    found = diff(programs, pair / "a.so", pair / "b.so")
    fields = found["fields"]
    assert not fields["model hash"]["differs"] and fields["precision"] == {"a": "W8A8", "b": "W4A8", "differs": True}
    described = [json.loads(programs.quern_run(pair / f"{name}.so", "--describe", "--json").stdout) for name in "ab"]
    for title, name in (("weight bytes", "weight_bytes"), ("workspace bytes", "workspace_bytes")):
        assert [fields[title][side] for side in "ab"] == [one[name] for one in described]
    precisions = {row["node"]: (row["a"], row["b"]) for row in table(found, "Nodes of different precision")}
    assert precisions["conv1"] == ("u8, weights s8 per channel", "float")
    assert precisions["conv2"] == ("u8, weights s8 per channel", "u8, weights u4 per channel")
    assert {"node": "conv1", "a": "", "b": "float"} in table(found, "Operators left float")


def test_outputs_and_times(programs, execute, digits, pair):
    found = diff(programs, pair / "a.so", pair / "b.so", f"--input={pair / 'x.npz'}")
    (row,) = table(found, "Outputs")
    a, b = (execute(pair / f"{name}.so", image=digits.images[:5])["probability"].astype(np.float64) for name in "ab")
    assert row["SQNR dB"] == pytest.approx(10 * np.log10(np.sum(a**2) / np.sum((b - a)**2)), abs=1e-6)
    assert row["cosine"] == pytest.approx(np.sum(a * b) / np.sqrt(np.sum(a**2) * np.sum(b**2)), abs=1e-9)
    first = np.argwhere(a != b)[0]
    assert row["first difference"].startswith(f"sample {first[0]}, [{first[1]}, {first[2]}]: {a[tuple(first)]:.6g} and")
    time = found["fields"]["median ms of a run, one thread"]
    assert time["a"] > 0 and time["b"] > 0


def test_a_model_is_as_itself(programs, pair):
    found = diff(programs, pair / "a.so", pair / "a.so", f"--input={pair / 'x.npz'}")
    assert [name for name, field in found["fields"].items() if field["differs"] and "median" not in name] == []
    (row,) = table(found, "Outputs")
    assert row["SQNR dB"] is None and row["cosine"] == 1 and row["first difference"] == "none: the same bits"


def test_reports(programs, pair):
    found = diff(programs, pair / "a.json", pair / "b.json")
    reports = [json.loads((pair / f"{name}.json").read_text()) for name in "ab"]
    row = next(row for row in table(found, "Errors of nodes") if row["node"] == "conv3")
    for side, report in zip("ab", reports):
        node = next(node for node in report["nodes"] if node["name"] == "conv3")
        assert (row[f"adds {side}"], row[f"total {side}"]) == (node["added"]["sqnr"], node["total"]["sqnr"])
    assert row["adds b"] < row["adds a"]


def test_text(programs, pair):
    ran = programs.quernc("diff", pair / "a.so", pair / "b.so")
    assert ran.returncode == 0
    lines = ran.stdout.splitlines()
    assert any(line.startswith("*  precision") for line in lines) and any(line.startswith("   model hash") for line in lines)


def test_refusals(programs, digits, pair, tmp_path):
    broken = tmp_path / "broken.so"
    broken.write_bytes((pair / "a.so").read_bytes()[:-100])
    np.savez(tmp_path / "wrong.npz", picture=digits.images[:1])
    for arguments, status, text in (
        ([digits.model, pair / "a.so"], 1, "is no artefact of Quern"),
        ([broken, pair / "a.so"], 1, "is no artefact of Quern"),
        ([pair / "none.so", pair / "a.so"], 1, "cannot read"),
        ([pair / "a.json", "x.json"], 1, "cannot read 'x.json'"),
        ([pair / "a.so"], 2, "expected two files, got 1"),
        ([pair / "a.so", pair / "a.json"], 2, "a report and an artefact have nothing in common"),
        ([pair / "a.json", pair / "b.json", "--input=x.npz"], 2, "--input goes with two artefacts"),
        ([pair / "a.so", pair / "b.so", "--inputs=x.npz"], 2, "--inputs"),
        ([pair / "a.so", pair / "b.so", f"--input={tmp_path / 'wrong.npz'}"], 1, "image"),
    ):
        ran = programs.quernc("diff", *arguments)
        assert ran.returncode == status and text in ran.stderr and ran.stdout == "", (arguments, ran.stderr)
    other = tmp_path / "other.json"
    for text, reason in (('{"kind": "something"}', "is no report of Quern"), ("{", "is no report of Quern: not JSON"),
                         ("[" * 2_000_000, "nested more than 64 deep"), ('{"a":' * 400_000, "nested more than 64 deep")):
        other.write_text(text)
        ran = programs.quernc("diff", other, pair / "a.json")
        assert ran.returncode == 1 and "other.json" in ran.stderr and reason in ran.stderr, ran.stderr[:1000]


def test_models_of_other_outputs_do_not_run_beside_each_other(programs, tmp_path):
    """The second gives what the first gives, and one output more."""
    def save(name, outputs):
        nodes = [helper.make_node("Relu", ["x"], ["y"]), helper.make_node("Neg", ["x"], ["z"])][:outputs]
        infos = [helper.make_tensor_value_info(tensor, TensorProto.FLOAT, [4]) for tensor in "xyz"]
        graph = helper.make_graph(nodes, "outputs", infos[:1], infos[1:1 + outputs])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), tmp_path / f"{name}.onnx")
        made = programs.quernc(tmp_path / f"{name}.onnx", "-o", tmp_path / f"{name}.so")
        assert made.returncode == 0, made.stderr

    save("one", 1), save("two", 2)
    np.savez(tmp_path / "x.npz", x=np.ones((2, 4), np.float32))
    for order in (("one", "two"), ("two", "one")):
        ran = programs.quernc("diff", *(tmp_path / f"{name}.so" for name in order), f"--input={tmp_path / 'x.npz'}")
        assert ran.returncode == 1 and "the models have different outputs: y (4xf" in ran.stderr and ran.stdout == "", ran.stderr
