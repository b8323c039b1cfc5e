"""Reports as Python objects.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import math

import pytest

from samples import items

OPTIONS = dict(quantize="W8A8", method="none")


@pytest.fixture(scope="module")
def made(quern, digits, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    model = quern.compile(digits.model, **OPTIONS, calibration_data=items(), report=[folder / "r.json", folder / "r.html"])
    return folder, model.report


def test_objects_are_the_file(quern, made):
    folder, report = made
    data = json.loads((folder / "r.json").read_text())
    assert report.to_dict() == data == quern.Report.load(folder / "r.html").to_dict()
    assert [node.name for node in report.nodes] == [node["name"] for node in data["nodes"]]
    conv = next(node for node in report.nodes if node.name == "conv2")
    stated = next(node for node in data["nodes"] if node["name"] == "conv2")
    assert conv.added == quern.Deviation(**{key: stated["added"][key] for key in ("sqnr", "cosine", "relative")})
    assert conv.op == "Conv" and conv.quantized and conv.weight_bytes == stated["weight"]["bytes"]
    assert report.nodes[0].inherited.sqnr == math.inf, "nothing comes before it"
    (output,) = report.outputs
    assert output.executed and output.error.sqnr == data["outputs"][0]["executed"]["sqnr"]
    assert report.speedup == data["time"]["float_us"] / data["time"]["us"] and 0.2 < report.size_ratio < 0.3
    assert [entry["node"] for entry in report.residue] == ["softmax"]
    assert "digits.onnx" in repr(report) and "W8A8" in repr(report)


def test_sorting_and_advice(quern, made):
    _, report = made
    for by in ("added", "total", "inherited"):
        errors = [getattr(node, by).sqnr for node in report.worst(by=by)]
        assert errors == sorted(errors) and len(errors) == len(report.nodes)
    assert len(report.worst(2)) == 2
    for node, change in report.advice:
        assert change in node.changes and change.outputs.sqnr > node.alone.sqnr
    with pytest.raises(ValueError, match="by='size'"):
        report.worst(by="size")


def test_a_report_in_memory(quern, digits, tmp_path):
    model = quern.compile(digits.model, **OPTIONS, emit="onnx", calibration_data=items(), report=True)
    assert model.report.speedup is None and model.report.size_ratio is None and model.report.outputs
    assert quern.compile(digits.model).report is None


def test_what_is_no_report_is_refused(quern, digits, tmp_path):
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "other.html").write_text("<p>hello</p>")
    for name in ("other.json", "other.html"):
        with pytest.raises(ValueError, match="no report of Quern"):
            quern.Report.load(tmp_path / name)
    with pytest.raises(quern.Error, match="cannot read"):
        quern.Report.load(tmp_path / "none.json")
    damaged = ['{"kind": "quern report", "version": 1}', "[" * 200_000,
               '{"kind": "quern report", "version": 1, "changes": {"list": [{"node": 7}]}, "nodes": [], "outputs": []}',
               '{"kind": "quern report", "version": 1, "changes": {"list": []}, "nodes": [3], "outputs": []}']
    for text in damaged:
        (tmp_path / "other.json").write_text(text)
        with pytest.raises(ValueError, match="damaged report"):
            quern.Report.load(tmp_path / "other.json")
    with pytest.raises(ValueError, match="add --quantize"):
        quern.compile(digits.model, report=tmp_path / "r.html")
