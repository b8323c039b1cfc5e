"""Every node test of the onnx package is computed right or refused with a reason; none crashes or is wrong.

What is supported follows from the compiler's exit status: 0 means that the outputs must agree, 1 that it said why not.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import concurrent.futures
import os
import subprocess

import pytest

import node_tests
from conftest import BUILD, seconds

BIN = BUILD / "bin"
# Whole families of operators would have to disappear for fewer to be supported.
LEAST_SUPPORTED = 750
LEAST_SUPPORTED_WITH_CONSTANTS = 120


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=seconds(120))


def outcome(test, folder):
    """'supported', 'refused', or what went wrong."""
    try:
        test.save(folder)
        compiled = run(BIN / "quernc", folder / "model.onnx", "--target=reference", "-o", folder / "model.so")
        if compiled.returncode == 1 and "error:" in compiled.stderr:
            return "refused"
        if compiled.returncode != 0:
            return f"the compiler stopped with status {compiled.returncode}: {compiled.stderr[-500:]}"
        ran = run(BIN / "quern-run", folder / "model.so", "--test-data", folder / "test_data_set_0",
                  "--rtol=1e-3", "--atol=1e-6")
        return "supported" if ran.returncode == 0 else f"status {ran.returncode}: {ran.stderr[-500:]}"
    except subprocess.TimeoutExpired as expired:
        return str(expired)


def run_all(tests, folder):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip([test.name for test in tests],
                        pool.map(lambda test: outcome(test, folder / test.name), tests)))


def wrong(outcomes):
    return {name: text for name, text in outcomes.items() if text not in ("supported", "refused")}


@pytest.fixture(scope="module")
def tests():
    if not (BIN / "quernc").exists():
        pytest.skip("quernc is not built")
    return [test for test in node_tests.collect() if test.is_readable()]


@pytest.fixture(scope="module")
def outcomes(tests, tmp_path_factory):
    return run_all(tests, tmp_path_factory.mktemp("node_tests"))


def test_right_or_refused(outcomes):
    assert not wrong(outcomes)
    assert list(outcomes.values()).count("supported") >= LEAST_SUPPORTED


def test_right_or_refused_with_constant_operands(tests, outcomes, tmp_path_factory):
    """Operators whose result's shape depends on an operand need that operand at compile time."""
    refused = [test.with_constants() for test in tests
               if outcomes[test.name] == "refused" and len(test.inputs) > 1 and not test.name.endswith("_expanded")]
    with_constants = run_all(refused, tmp_path_factory.mktemp("constants"))
    assert not wrong(with_constants)
    assert list(with_constants.values()).count("supported") >= LEAST_SUPPORTED_WITH_CONSTANTS
