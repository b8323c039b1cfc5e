"""--profile: the time of each node.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json

import numpy as np
import onnx
import pytest


@pytest.fixture(scope="module", params=["cpu", "reference"])
def artefacts(request, programs, digits, tmp_path_factory):
    """The demo's network without and with counters."""
    folder = tmp_path_factory.mktemp("profile")
    plain, profiled = folder / "plain.so", folder / "profiled.so"
    for path, flags in ((plain, []), (profiled, ["--profile"])):
        compiled = programs.quernc(digits.model, "-o", path, *digits.w8a8, "--method=none", f"--target={request.param}", *flags)
        assert compiled.returncode == 0, compiled.stderr
    return plain, profiled


def benchmark(programs, *arguments):
    ran = programs.quern_run(*arguments, "--benchmark", "--profile", "--json")
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_every_node_has_its_share_of_the_time(programs, digits, artefacts):
    timing = benchmark(programs, artefacts[1])
    nodes = timing["nodes"]
    known = {node.name for node in onnx.load(digits.model).graph.node}
    named = {name for node in nodes for name in node["name"].split(" + ")}
    assert {"conv1", "conv2", "conv3", "conv4"} <= named <= known
    assert sum(node["share"] for node in nodes) == pytest.approx(1, abs=1e-4)
    assert sum(node["ms"] for node in nodes) == pytest.approx(timing["median_ms"], rel=1e-3)
    convolutions = sum(node["share"] for node in nodes if node["name"].startswith("conv"))
    assert convolutions > 0.5, nodes


def test_threads(programs, artefacts):
    assert sum(node["share"] for node in benchmark(programs, artefacts[1], "--threads=2")["nodes"]) == pytest.approx(1, abs=1e-4)


def test_counting_changes_no_result(execute, digits, artefacts):
    plain, profiled = (execute(path, image=digits.images[:8])["probability"] for path in artefacts)
    np.testing.assert_array_equal(plain, profiled)


def test_nothing_is_counted_without_the_flag(programs, artefacts):
    described = [json.loads(programs.quern_run(path, "--describe", "--json").stdout) for path in artefacts]
    assert ["profile" in manifest for manifest in described] == [False, True]
    ran = programs.quern_run(artefacts[0], "--benchmark", "--profile")
    assert ran.returncode == 1
    assert "does not count the time of its nodes: compile it with quernc --profile" in ran.stderr


def test_table_begins_with_the_slowest(programs, artefacts):
    ran = programs.quern_run(artefacts[1], "--benchmark", "--profile")
    assert ran.returncode == 0, ran.stderr
    first, *rows = ran.stdout.splitlines()
    assert first.startswith("median ")
    times = [float(row.split(" ms ")[0]) for row in rows]
    assert len(times) > 4 and times == sorted(times, reverse=True)


def test_wrong_usage(programs, digits, artefacts, tmp_path):
    ran = programs.quern_run(artefacts[1], "--describe", "--profile")
    assert ran.returncode == 2 and "--profile goes with --benchmark" in ran.stderr
    compiled = programs.quernc(digits.model, "-o", tmp_path / "x.o", "--profile", "--mtriple=riscv64-linux-gnu")
    assert compiled.returncode == 2
    assert "--profile: no clock is known that programs for riscv64" in compiled.stderr
    assert not (tmp_path / "x.o").exists()
