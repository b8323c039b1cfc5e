"""--report: the page, its JSON, and numbers that ONNX Runtime and NumPy find too.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import html.parser
import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

QUANTIZE = ["--quantize=W8A8", "--method=none"]


class Page(html.parser.HTMLParser):
    """What a page refers to, and the JSON that it holds."""

    def __init__(self, text):
        super().__init__()
        self.references, self.data, self.open, self.inside = [], "", [], False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.references += [attributes[name] for name in ("src", "href") if name in attributes]
        self.inside = attributes.get("id") == "report"
        if tag not in ("meta", "link", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self.inside = False

    def handle_data(self, data):
        self.data += data if self.inside else ""


def run_report(programs, tmp_path, model, calibration, *flags, names=("report.json",)):
    """The report as JSON, and the artefact."""
    artefact = tmp_path / "model.so"
    paths = [tmp_path / name for name in names]
    ran = programs.quernc(model, *flags, f"--calibration-data={calibration}", "-o", artefact, f"--report={','.join(map(str, paths))}")
    assert ran.returncode == 0, ran.stderr
    return json.loads(paths[0].read_text()), artefact


@pytest.fixture(scope="module")
def one_sample(digits, tmp_path_factory):
    """Calibration data of one sample: the report is measured on it."""
    path = tmp_path_factory.mktemp("report") / "one.npz"
    np.savez(path, image=digits.images[:1].reshape(1, 1, 8, 8))
    return path


@pytest.fixture(scope="module")
def reported(programs, digits, one_sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return folder, *run_report(programs, folder, digits.model, one_sample, *QUANTIZE, names=("report.json", "report.html"))


def node_of(report, name):
    return next(node for node in report["nodes"] if node["name"] == name)


def sqnr(actual, reference):
    error = np.sum((actual.astype(np.float64) - reference) ** 2)
    return 10 * np.log10(np.sum(reference.astype(np.float64) ** 2) / error)


def run_onnx(model, feeds, fetch):
    """Values by name, computed by ONNX Runtime node by node."""
    import onnxruntime
    model = onnx.ModelProto.FromString(model.SerializeToString())
    known = {output.name for output in model.graph.output}
    model.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in fetch if name not in known)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return dict(zip(fetch, session.run(list(fetch), feeds)))


def test_page_is_whole_and_alone(reported):
    folder, report, _ = reported
    text = (folder / "report.html").read_text()
    page = Page(text)
    assert page.open == []
    assert all(reference.startswith("#") for reference in page.references), page.references
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "") and "https://" not in text
    assert json.loads(page.data) == report


def test_errors_are_those_that_onnx_runtime_finds(programs, digits, one_sample, reported, tmp_path):
    """conv2: total, inherited and added, from the exported QDQ model and the float model."""
    _, report, _ = reported
    qdq = tmp_path / "digits.qdq.onnx"
    assert programs.quernc(digits.model, *QUANTIZE, f"--calibration-data={one_sample}", "-o", qdq).returncode == 0
    feeds = {"image": np.load(one_sample)["image"]}
    exact, quantized = onnx.load(digits.model), onnx.load(qdq)
    f = run_onnx(exact, feeds, ["relu1.out", "conv2.out"])
    q = run_onnx(quantized, feeds, ["relu1.out", "conv2.out"])
    conv = next(node for node in exact.graph.node if node.name == "conv2")
    alone = helper.make_model(
        helper.make_graph([conv], "conv2", [helper.make_tensor_value_info("relu1.out", TensorProto.FLOAT, f["relu1.out"].shape)],
                          [helper.make_tensor_value_info("conv2.out", TensorProto.FLOAT, f["conv2.out"].shape)],
                          [one for one in exact.graph.initializer if one.name in conv.input]), opset_imports=exact.opset_import,
        ir_version=exact.ir_version)
    inherited = run_onnx(alone, {"relu1.out": q["relu1.out"]}, ["conv2.out"])["conv2.out"]
    node = node_of(report, "conv2")
    assert node["total"]["sqnr"] == pytest.approx(sqnr(q["conv2.out"], f["conv2.out"]), abs=0.01)
    assert node["inherited"]["sqnr"] == pytest.approx(sqnr(inherited, f["conv2.out"]), abs=0.01)
    assert node["added"]["sqnr"] == pytest.approx(sqnr(q["conv2.out"], inherited), abs=0.01)
    flat = [array.astype(np.float64).ravel() for array in (q["conv2.out"], f["conv2.out"])]
    assert node["total"]["cosine"] == pytest.approx(flat[0] @ flat[1] / np.linalg.norm(flat[0]) / np.linalg.norm(flat[1]), abs=1e-7)


def test_outputs_are_those_of_the_artefact(execute, digits, one_sample, reported):
    _, report, artefact = reported
    feeds = {"image": np.load(one_sample)["image"]}
    (expected,) = run_onnx(onnx.load(digits.model), feeds, ["probability"]).values()
    actual = execute(artefact, image=feeds["image"][None])["probability"]
    (output,) = report["outputs"]
    assert output["executed"]["sqnr"] == pytest.approx(sqnr(actual.reshape(expected.shape), expected), abs=0.1)
    assert output["simulated"]["sqnr"] == pytest.approx(output["executed"]["sqnr"], abs=0.1)


def test_ranges_and_bytes(programs, one_sample, digits, reported):
    _, report, artefact = reported
    image = np.load(one_sample)["image"]
    (edge,) = (report["edges"][number] for number in node_of(report, "conv1")["edges"])
    assert edge["min"] == pytest.approx(image.min()) and edge["max"] == pytest.approx(image.max())
    assert sum(edge["histogram"]["counts"]) + edge["histogram"]["zeros"] == edge["elements"] == image.size
    weight = numpy_helper.to_array(next(one for one in onnx.load(digits.model).graph.initializer if one.name == "conv1.weight"))
    stated = node_of(report, "conv1")["weight"]
    assert stated["channels"]["max"] == pytest.approx(weight.reshape(32, -1).max(1).tolist(), rel=1e-6)
    assert stated["elements"] == weight.size and stated["bits"] == 8
    described = json.loads(programs.quern_run(artefact, "--describe", "--json").stdout)
    assert report["size"]["weight_bytes"] == described["weight_bytes"]
    assert report["size"]["workspace_bytes"] == described["workspace_bytes"]
    assert report["model_hash"] == described["hashes"]["model"]


def test_times_add_up(reported):
    _, report, _ = reported
    time = report["time"]
    for total, part in (("us", "us"), ("float_us", "float_us")):
        assert sum(group[part] for group in time["groups"]) == pytest.approx(time[total], rel=1e-3)
    assert ["conv1", "relu1"] in [group["nodes"] for group in time["groups"]]


def test_residue_has_reasons(reported):
    _, report, _ = reported
    assert [(entry["node"], bool(entry["reason"])) for entry in report["residue"]] == [("softmax", True)]


def test_the_artefact_is_the_same_without(programs, digits, one_sample, reported, tmp_path):
    _, _, artefact = reported
    plain = tmp_path / "plain.so"
    assert programs.quernc(digits.model, *QUANTIZE, f"--calibration-data={one_sample}", "-o", plain).returncode == 0
    assert plain.read_bytes() == artefact.read_bytes()


def test_a_failed_report_leaves_nothing(programs, digits, one_sample, tmp_path):
    artefact, page = tmp_path / "model.so", tmp_path / "missing" / "report.html"
    ran = programs.quernc(digits.model, *QUANTIZE, f"--calibration-data={one_sample}", "-o", artefact, f"--report={page}")
    assert ran.returncode == 1 and f"cannot write '{page}'" in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_an_artefact_there_are_errors_but_no_times(programs, digits, one_sample, tmp_path):
    report = tmp_path / "report.json"
    ran = programs.quernc(digits.model, *QUANTIZE, f"--calibration-data={one_sample}", "-o", tmp_path / "m.onnx", f"--report={report}")
    assert ran.returncode == 0, ran.stderr
    read = json.loads(report.read_text())
    assert read["time"] == {"missing": "the model was not compiled"} and "size" not in read
    assert node_of(read, "conv2")["added"]["sqnr"] > 20


@pytest.mark.parametrize("flags, cause", [(["--quantize=W2A16", "--method=none"], "weight rounding"),
                                          (["--quantize=W8A8", "--activations=dynamic", "--method=none"], "rounding")])
def test_other_schemes(programs, tmp_path, flags, cause):
    """A matrix product with few exact weights: rows of activations are what rounds, where there are 8 bits."""
    rng = np.random.default_rng(0)
    weight = np.diag(np.ones(16, np.float32)) if "8" in flags[0] else rng.normal(size=(16, 16)).astype(np.float32)
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"], name="product")], "g",
                              [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4, 16])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4, 16])], [numpy_helper.from_array(weight, "w")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / "m.onnx")
    np.savez(tmp_path / "c.npz", x=rng.normal(size=(3, 4, 16)).astype(np.float32))
    report, _ = run_report(programs, tmp_path, tmp_path / "m.onnx", tmp_path / "c.npz", *flags)
    assert node_of(report, "product")["cause"] == cause


def test_names_may_hold_anything(programs, tmp_path):
    evil = ["</script><script>alert(1)</script>", "a\"b'c\n<!-- & \u2028", "]]> + x"]
    rng = np.random.default_rng(1)
    values = ["x", *evil]
    nodes = [helper.make_node("MatMul", [values[i], f"w{i}"], [values[i + 1]], name=evil[i]) for i in range(3)]
    weights = [numpy_helper.from_array(rng.normal(size=(8, 8)).astype(np.float32), f"w{i}") for i in range(3)]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 8])],
                              [helper.make_tensor_value_info(evil[-1], TensorProto.FLOAT, [2, 8])], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / "m.onnx")
    np.savez(tmp_path / "c.npz", x=rng.normal(size=(3, 2, 8)).astype(np.float32))
    report, _ = run_report(programs, tmp_path, tmp_path / "m.onnx", tmp_path / "c.npz", *QUANTIZE, names=("r.json", "r.html"))
    assert [node["name"] for node in report["nodes"]] == evil
    page = Page((tmp_path / "r.html").read_text())
    assert page.open == [] and json.loads(page.data) == report
    assert all(any(name in group["nodes"] for group in report["time"]["groups"]) for name in evil)


def test_the_assignment_and_its_front(programs, digits, tmp_path):
    front = tmp_path / "front.json"
    report, _ = run_report(programs, tmp_path, digits.model, digits.calibration, "--assign=auto", "--budget=size=0.7x", "--method=none",
                           f"--pareto={front}")
    assignment = report["assignment"]
    assert assignment["front"] == json.loads(front.read_text()) and any(point["chosen"] for point in assignment["front"]["points"])
    assert assignment["budget"] == "size=0.7x" and assignment["sensitivity"] == "output"
    losses = [weight["options"][-1]["loss"] for weight in assignment["weights"]]
    assert losses == sorted(losses, reverse=True)
    assert {weight["node"]: weight["bits"] for weight in assignment["weights"]} == {
        node["name"]: node["weight"]["bits"] for node in report["nodes"] if "weight" in node}
