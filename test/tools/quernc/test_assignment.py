"""--assign=auto keeps its budget in the artefact and spends it well; an assignment can be edited and given back.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

BLOCKS, WIDTH = 6, 32


@pytest.fixture(scope="module")
def residual(tmp_path_factory):
    """Residual blocks of very different weight in the result, then three products that read one activation."""
    random = np.random.default_rng(7)
    node = helper.make_node
    nodes, arrays, last = [], {}, "x"
    for block in range(BLOCKS):
        arrays[f"w{block}"] = random.normal(size=(WIDTH, WIDTH)) * [0.01, 0.3, 0.03, 0.2, 0.005, 0.1][block]
        nodes += [node("MatMul", [last, f"w{block}"], [f"m{block}"], f"block{block}"), node("Relu", [f"m{block}"], [f"r{block}"], f"relu{block}"),
                  node("Add", [last, f"r{block}"], [f"a{block}"], f"add{block}")]
        last = f"a{block}"
    for name in "qkv":
        arrays[name] = random.normal(size=(WIDTH, 8)) / WIDTH**0.5
        nodes.append(node("MatMul", [last, name], [f"y_{name}"], name))
    nodes.append(node("Concat", ["y_q", "y_k", "y_v"], ["y"], "join", axis=1))
    graph = helper.make_graph(nodes, "residual", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [16, WIDTH])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [16, 24])],
                              [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()])
    folder = tmp_path_factory.mktemp("assignment")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), folder / "model.onnx")
    np.savez(folder / "calibration.npz", x=random.normal(size=(16, 16, WIDTH)).astype(np.float32))
    np.savez(folder / "held.npz", x=random.normal(size=(8, 16, WIDTH)).astype(np.float32))
    return folder


def compile_(programs, folder, artefact, *flags, status=0):
    made = programs.quernc(folder / "model.onnx", "-o", artefact, "--method=clip", f"--calibration-data={folder / 'calibration.npz'}",
                           f"--calibration-cache={folder / 'ranges.json'}", *flags)
    assert made.returncode == status, made.stderr
    assert (status == 0) == artefact.exists()
    return made.stderr


def weight_bytes(programs, artefact):
    return json.loads(programs.quern_run(artefact, "--describe", "--json").stdout)["weight_bytes"]


def outputs(programs, folder, artefact):
    done = programs.quern_run(artefact, "--samples", folder / "held.npz", "--outputs", artefact.with_suffix(".npz"))
    assert done.returncode == 0, done.stderr
    return np.load(artefact.with_suffix(".npz"))["y"]


def bits_of(path):
    return {node: int(bits) for node, bits in re.findall(r'node: "(\w+)", bits: (\d)', path.read_text())}


@pytest.fixture(scope="module")
def uniform(programs, residual):
    sizes = {}
    for bits in (8, 4):
        compile_(programs, residual, residual / f"w{bits}.so", f"--quantize=W{bits}A8")
        sizes[bits] = weight_bytes(programs, residual / f"w{bits}.so")
    return sizes


def test_budgets_hold_and_larger_ones_are_not_worse(programs, residual, uniform, tmp_path):
    made = programs.quernc(residual / "model.onnx", "-o", tmp_path / "float.so")
    assert made.returncode == 0, made.stderr
    truth = outputs(programs, residual, tmp_path / "float.so")
    errors = [np.square(outputs(programs, residual, residual / "w4.so") - truth).sum()]
    for share in (0.3, 0.6):
        budget = int(uniform[4] + share * (uniform[8] - uniform[4]))
        artefact = tmp_path / f"{share}.so"
        told = compile_(programs, residual, artefact, "--assign=auto", f"--budget=size={budget}")
        assert uniform[4] <= weight_bytes(programs, artefact) <= budget
        assert f"{weight_bytes(programs, artefact)} bytes ({uniform[8]} with 8 bits)" in told
        errors.append(np.square(outputs(programs, residual, artefact) - truth).sum())
    errors.append(np.square(outputs(programs, residual, residual / "w8.so") - truth).sum())
    assert all(more < less for less, more in zip(errors, errors[1:])), errors


def test_a_budget_of_eight_bits_gives_eight_bits(programs, residual, uniform, tmp_path):
    compile_(programs, residual, tmp_path / "m.so", "--assign=auto", "--budget=size=1x", f"--assignment-output={tmp_path / 'a.yaml'}")
    assert set(bits_of(tmp_path / "a.yaml").values()) == {8}
    assert weight_bytes(programs, tmp_path / "m.so") == uniform[8]


def test_products_that_read_one_activation_are_tied(programs, residual, tmp_path):
    compile_(programs, residual, tmp_path / "m.so", "--assign=auto", "--budget=average-bits=5", f"--assignment-output={tmp_path / 'a.yaml'}")
    bits = bits_of(tmp_path / "a.yaml")
    assert bits["q"] == bits["k"] == bits["v"] and len(set(bits.values())) > 1
    elements = {name: 8 * WIDTH if name in "qkv" else WIDTH * WIDTH for name in bits}
    assert sum(bits[name] * elements[name] for name in bits) <= 5 * sum(elements.values())


def test_round_off_falls_with_bits(programs, residual, tmp_path):
    told = compile_(programs, residual, tmp_path / "m.so", "--assign=auto", "--budget=average-bits=7", "--sensitivity=round-off", "-v")
    lines = re.findall(r"^  (\w+) \(MatMul, .*?\) (8 bits.*)$", told, re.M)
    assert len(lines) == BLOCKS + 3
    for name, text in lines:
        losses = [float(loss) for loss in re.findall(r"\d bits: loss ([^,]+),", text)]
        assert len(losses) == 7 and all(more <= less * 1.05 for more, less in zip(losses, losses[1:])), (name, losses)


def test_an_assignment_is_edited_and_given_back(programs, residual, uniform, tmp_path):
    file = tmp_path / "a.yaml"
    compile_(programs, residual, tmp_path / "auto.so", "--assign=auto", "--budget=size=0.75x", f"--assignment-output={file}")
    compile_(programs, residual, tmp_path / "again.so", f"--assign={file}")
    assert (tmp_path / "again.so").read_bytes() == (tmp_path / "auto.so").read_bytes()
    file.write_text(re.sub(r"bits: \d", "bits: 8", file.read_text()))
    compile_(programs, residual, tmp_path / "edited.so", f"--assign={file}")
    assert weight_bytes(programs, tmp_path / "edited.so") == uniform[8]
    file.write_text(file.read_text().replace('node: "block3"', 'node: "nowhere"'))
    told = compile_(programs, residual, tmp_path / "refused.so", f"--assign={file}", status=1)
    assert re.search(r"a\.yaml:\d+: node 'nowhere' has no weight whose precision can be chosen", told)
    file.write_text(re.sub(r'model: "\w+"', 'model: "feed"', file.read_text()))
    assert "is of another model (hash feed;" in compile_(programs, residual, tmp_path / "refused.so", f"--assign={file}", status=1)


def test_rules_fix_precisions(programs, residual, tmp_path):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("version: 1\ndefault: {methods: [clip]}\nrules:\n  - match: {name: block1}\n    weights: {bits: 4}\n")
    flags = [f"--recipe={recipe}", f"--calibration-data={residual / 'calibration.npz'}"]
    made = programs.quernc(residual / "model.onnx", "-o", tmp_path / "m.so", *flags, "--assign=auto", "--budget=size=1x",
                           f"--assignment-output={tmp_path / 'a.yaml'}")
    assert made.returncode == 0, made.stderr
    bits = bits_of(tmp_path / "a.yaml")
    assert bits.pop("block1") == 4 and set(bits.values()) == {8}
    (tmp_path / "a.yaml").write_text((tmp_path / "a.yaml").read_text().replace('"block1", bits: 4', '"block1", bits: 8'))
    made = programs.quernc(residual / "model.onnx", "-o", tmp_path / "refused.so", *flags, f"--assign={tmp_path / 'a.yaml'}")
    assert made.returncode == 1 and re.search(r"a\.yaml:\d+: node 'block1' is given 8 bits, but a rule of the recipe fixes 4", made.stderr)


def test_the_front_is_written(programs, residual, uniform, tmp_path):
    compile_(programs, residual, tmp_path / "m.so", "--assign=auto", "--budget=size=0.8x", f"--pareto={tmp_path / 'front.json'}")
    front = json.loads((tmp_path / "front.json").read_text())
    points = [point for point in front["points"] if "uniform" not in point and "refined" not in point]
    assert [a["size"] < b["size"] and a["loss"] > b["loss"] for a, b in zip(points, points[1:])].count(False) == 0 and len(points) > 4
    known = {point["uniform"]: point for point in front["points"] if "uniform" in point}
    assert known["8 bits"]["size"] == uniform[8] and known["4 bits"]["size"] == uniform[4]
    assert [point["chosen"] for point in front["points"]].count(True) >= 1
    assert len(points[0]["bits"]) == len(front["nodes"]) == BLOCKS + 3
    for name in known:  # no uniform choice beats the front
        assert any(p["size"] <= known[name]["size"] and p["loss"] <= known[name]["loss"] for p in points)


def ranking(programs, folder, artefact, sensitivity):
    told = compile_(programs, folder, artefact, "--assign=auto", "--budget=size=0.8x", f"--sensitivity={sensitivity}", "-v")
    losses = dict(re.findall(r"^  (\w+) \(MatMul, .*4 bits: loss ([^,]+),", told, re.M))
    return [float(losses[f"block{block}"]) for block in range(BLOCKS)]


def test_cheap_sensitivities_rank_like_the_reference(programs, residual, tmp_path):
    ranks = {name: np.argsort(np.argsort(ranking(programs, residual, tmp_path / f"{name}.so", name)))
             for name in ("output", "kl", "hessian", "relevance", "round-off")}
    spearman = {name: np.corrcoef(ranks["output"], rank)[0, 1] for name, rank in ranks.items()}
    assert spearman["kl"] > 0.8, spearman
    assert ranks["round-off"].std() > 0  # it knows nothing of what follows, but tells weights apart


def test_one_cost_table_gives_one_answer_and_another_table_another(programs, residual, uniform, tmp_path):
    table, flags = tmp_path / "costs.json", ["--assign=auto", f"--budget=size={uniform[8] - 100},latency=1s", "--sensitivity=round-off"]

    def make(name):
        told = compile_(programs, residual, tmp_path / f"{name}.so", *flags, f"--cost-table={table}", f"--assignment-output={tmp_path / name}.yaml")
        assert re.search(r" ms \(\S+ with 8 bits\)", told)
        return bits_of(tmp_path / f"{name}.yaml")

    first, written = make("first"), table.read_bytes()
    assert make("second") == first and table.read_bytes() == written
    assert (tmp_path / "first.so").read_bytes() == (tmp_path / "second.so").read_bytes()
    costs = json.loads(written)
    blocks = [key for key in costs["costs"] if f"tensor<{WIDTH}x{WIDTH}xf32>" in key and "weights of 4 bits" in key]
    assert len(blocks) == 1 and any(first[f"block{block}"] == 4 for block in range(BLOCKS))
    costs["costs"][blocks[0]]["nanoseconds"] = 2 * 10**9  # beyond any budget
    table.write_text(json.dumps(costs))
    third = make("third")
    assert {third[f"block{block}"] for block in range(BLOCKS)} == {8} and third["q"] == third["k"] == third["v"] == 4
    table.write_text("{}")
    assert "is no cost table" in compile_(programs, residual, tmp_path / "refused.so", *flags, f"--cost-table={table}", status=1)
    assert table.read_text() == "{}"


def test_sensitivities_are_measured_in_parts_and_given_back(programs, residual, tmp_path):
    def emit(name, *flags):
        compile_(programs, residual, tmp_path / name, "--assign=auto", "--emit=sensitivities", *flags)
        return json.loads((tmp_path / name).read_text())

    whole, parts = emit("whole.json"), [emit(f"{i}.json", f"--sensitivity-part={i}/3") for i in (1, 2, 3)]
    assert {(loss["weight"], loss["option"]) for loss in whole["losses"]} == {(w, f"{bits} bits") for w in range(BLOCKS + 3) for bits in (4, 8)}
    assert all(len(part["losses"]) == BLOCKS + 3 + 3 for part in parts)  # the least bits of three weights, the most of all
    budget = ["--assign=auto", "--budget=size=0.75x"]
    compile_(programs, residual, tmp_path / "measured.so", *budget)
    compile_(programs, residual, tmp_path / "given.so", *budget, *(f"--sensitivity-table={tmp_path / f'{i}.json'}" for i in (1, 2, 3)))
    assert (tmp_path / "given.so").read_bytes() == (tmp_path / "measured.so").read_bytes()
    # What is given decides: weights that lose nothing get the least bits.
    for loss in whole["losses"]:
        loss["loss"] = 0 if loss["weight"] in (1, 3) else 1e3 * (loss["option"] == "4 bits")
    (tmp_path / "edited.json").write_text(json.dumps(whole))
    compile_(programs, residual, tmp_path / "edited.so", *budget, f"--sensitivity-table={tmp_path / 'edited.json'}", f"--pareto={tmp_path / 'front.json'}")
    front = json.loads((tmp_path / "front.json").read_text())
    assert all(point["bits"][1] == point["bits"][3] == 4 for point in front["points"][:-2] if 4 in point["bits"])
    # A table alone is added to; of something else it is refused and left alone.
    part = tmp_path / "1.json"
    compile_(programs, residual, tmp_path / "added.so", *budget, f"--sensitivity-table={part}")
    assert {(loss["weight"], loss["option"]) for loss in json.loads(part.read_text())["losses"]} == {(w, f"{b} bits") for w in range(9) for b in (4, 8)}
    before = part.read_bytes()
    told = compile_(programs, residual, tmp_path / "refused.so", *budget, f"--sensitivity-table={part}", "--sensitivity=round-off", status=1)
    assert "the table of sensitivities is of another sensitivity" in told and part.read_bytes() == before


@pytest.mark.parametrize("flags, status, told", [
    (["--assign=auto", "--emit=sensitivities", "--sensitivity-part=4/3"], 2, "--sensitivity-part=4/3: expected a part and their number, such as 1/4"),
    (["--assign=auto", "--budget=size=1K", "--sensitivity-part=1/3"], 2, "--sensitivity-part is of what is measured alone"),
    (["--emit=sensitivities"], 2, "--emit=sensitivities tells what --assign=auto chooses by: add --assign=auto"),
    (["--assign=auto"], 2, "--assign=auto chooses precisions within a budget: add --budget=size=BYTES"),
    (["--assign=auto", "--budget=speed=1"], 2, "--budget: 'speed' is no budget; accepted are size, flash, latency, sram, average-bits"),
    (["--assign=auto", "--budget=size=nan,latency=-1ms"], 2, "latency=-1ms: expected a time with its unit"),
    (["--assign=auto", "--budget=size=1K", "--sensitivity=luck"], 2, "--sensitivity=luck: expected output or kl"),
    (["--quantize=W8A8", "--budget=size=1K"], 2, "--budget is of what --assign=auto chooses: add --assign=auto"),
    (["--assign=auto", "--budget=size=100"], 1, "the budget size=100 cannot be kept: the nearest that can is size="),
    (["--assign=auto", "--budget=sram=100"], 1, "the budget sram=100 cannot be kept"),
    (["--assign=auto", "--budget=size=0.9x", "--target=reference"], 1, "cannot be kept"),
    (["--assign=auto", "--budget=latency=0.001us"], 1, "the budget latency=1e-06ms cannot be kept: the nearest that can is latency="),
    (["--assign=auto", "--budget=latency=1s", "--mcpu=haswell"], 1, "a budget of latency is measured on this machine"),
    (["--quantize=W8A8", "--cost-table=t.json"], 2, "--cost-table is of what --assign=auto chooses"),
    (["--assign=missing.yaml"], 1, "missing.yaml"),
])
def test_refusals(programs, residual, tmp_path, flags, status, told):
    assert told in compile_(programs, residual, tmp_path / "m.so", *flags, status=status)
    assert list(tmp_path.iterdir()) == []


def test_files_are_read_before_anything_is_measured(programs, residual, uniform, tmp_path):
    for name in ("costs.json", "losses.json"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "other.yaml").write_text("version: 1\nmodel: 0123\nweights:\n  - {node: q, bits: 4}\n")
    budget = ["--assign=auto", "--budget=size=0.9x"]
    for flags, reason in (([*budget, f"--cost-table={tmp_path / 'costs.json'}", f"--sensitivity-table={tmp_path / 'losses.json'}"],
                           ["costs.json' is no cost table", "losses.json' is no table of sensitivities"]),
                          (["--assign=missing.yaml"], ["missing.yaml"]), ([f"--assign={tmp_path / 'other.yaml'}"], ["other.yaml' is of another model"])):
        made = programs.quernc(residual / "model.onnx", "-o", tmp_path / "m.so", "--calibration-data=nowhere.npz", *flags)
        assert made.returncode == 1 and all(text in made.stderr for text in reason) and "nowhere.npz" not in made.stderr, made.stderr


def test_without_data_weights_alone_are_assigned(programs, residual, tmp_path):
    def make(*flags):
        return programs.quernc(residual / "model.onnx", "-o", tmp_path / "m.so", "--quantize=W8A16", "--assign=auto", "--budget=size=0.8x", *flags)

    made = make()
    assert made.returncode == 0, made.stderr
    assert "assigned: 4 bits to" in made.stderr
    assert "the sensitivity 'kl' is measured on samples" in make("--sensitivity=kl").stderr


def test_groups_of_the_recipe_are_one_choice_among_others(programs, residual, tmp_path):
    flags = ["--assign=auto", "--group-size=8", f"--assignment-output={tmp_path / 'a.yaml'}", f"--pareto={tmp_path / 'front.json'}"]
    compile_(programs, residual, tmp_path / "auto.so", *flags, "--budget=size=0.7x")
    entries = re.findall(r'bits: (\d), group-size: (-?\d+)}', (tmp_path / "a.yaml").read_text())
    assert len(entries) == BLOCKS + 3 and {("8", "8"), ("8", "-1")} <= set(entries) and len({e for e in entries[BLOCKS:]}) == 1
    front = json.loads((tmp_path / "front.json").read_text())
    known = {point["uniform"]: point for point in front["points"] if "uniform" in point}
    assert known["8 bits in groups of 8"]["size"] > known["8 bits"]["size"] > known["4 bits"]["size"]
    assert known["8 bits in groups of 8"]["group_sizes"] == [8] * (BLOCKS + 3)
    for name in known:
        assert any(p["size"] <= known[name]["size"] and p["loss"] <= known[name]["loss"] for p in front["points"] if "uniform" not in p)
    compile_(programs, residual, tmp_path / "given.so", "--group-size=8", f"--assign={tmp_path / 'a.yaml'}")
    assert (tmp_path / "given.so").read_bytes() == (tmp_path / "auto.so").read_bytes()
    text = (tmp_path / "a.yaml").read_text()
    (tmp_path / "a.yaml").write_text(text.replace("group-size: 8}", "group-size: 7}", 1))
    told = compile_(programs, residual, tmp_path / "refused.so", "--group-size=8", f"--assign={tmp_path / 'a.yaml'}", status=1)
    assert re.search(r"a\.yaml:\d+: node '\w+' is given 8 bits in groups of 7, for which there is no kernel with the recipe's groups; accepted are", told)
    (tmp_path / "a.yaml").write_text(text.replace("group-size: 8}", "group-size: 0}", 1))
    assert "group-size: '0' is not accepted" in compile_(programs, residual, tmp_path / "refused.so", f"--assign={tmp_path / 'a.yaml'}", status=1)


def test_rules_fix_the_first_and_the_last_layer(programs, residual, tmp_path):
    def make(layers, status=0):
        (tmp_path / "recipe.yaml").write_text(f"version: 1\ndefault: {{weights: {{bits: 4}}, methods: [clip]}}\nrules:\n  - match: {{layer: {layers}}}\n"
                                              "    weights: {bits: 8}\n")
        made = programs.quernc(residual / "model.onnx", "-o", tmp_path / "m.so", f"--recipe={tmp_path / 'recipe.yaml'}", "--assign=auto",
                               f"--calibration-data={residual / 'calibration.npz'}", "--budget=average-bits=4", f"--assignment-output={tmp_path / 'a.yaml'}")
        assert made.returncode == status, made.stderr
        return made.stderr if status else {node for node, bits in bits_of(tmp_path / "a.yaml").items() if bits == 8}

    assert make("first") == {"block0"}
    # Three products end the model. What is fixed counts, and the others make up for it.
    assert make("[first, last]") == {"block0", "q", "k", "v"}
    recipe = json.loads(programs.quern_run(tmp_path / "m.so", "--describe", "--json").stdout)["recipe"]
    assert recipe["rules"][0]["match"] == {"layer": ["first", "last"]}
    told = make("middle", status=1)
    assert "recipe.yaml:4: layer: 'middle' is unknown; accepted are first, last" in told, told


def test_several_budgets_that_cannot_be_kept_leave_nothing(programs, residual, uniform, tmp_path):
    beside = [f"--{name}={tmp_path / name}" for name in ("pareto", "assignment-output", "sensitivity-table", "cost-table")]
    told = compile_(programs, residual, tmp_path / "m.so", "--assign=auto", f"--budget=size={uniform[4] - 1},latency=0.001us", *beside, status=1)
    assert f"the budget size={uniform[4] - 1} cannot be kept: the nearest that can is size={uniform[4]}" in told
    assert "the budget latency=1e-06ms cannot be kept: the nearest that can is latency=" in told
    assert list(tmp_path.iterdir()) == []
