"""The same bits from every instruction set: this machine's, AVX2 alone (under qemu), and SSE2 alone.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import shutil
import subprocess

import numpy as np
import pytest

from conftest import SANITIZED, seconds

QEMU = shutil.which("qemu-x86_64")
needs_qemu = pytest.mark.skipif(not QEMU or SANITIZED,
                                reason="qemu-user is not installed" if not QEMU else "AddressSanitizer's shadow exhausts qemu-user's memory")


@pytest.fixture(scope="module")
def expected(programs, digits, tmp_path_factory):
    """Samples, and what the reference backend makes of them."""
    folder = tmp_path_factory.mktemp("reference")
    made = programs.quernc(digits.model, *digits.w8a8, "--target=reference", "-o", folder / "model.so")
    assert made.returncode == 0, made.stderr
    np.savez(folder / "samples.npz", image=digits.images[:20])
    ran = programs.quern_run(folder / "model.so", "--samples", folder / "samples.npz", "--outputs", folder / "out.npz")
    assert ran.returncode == 0, ran.stderr
    return folder / "samples.npz", np.load(folder / "out.npz")["probability"]


@needs_qemu
@pytest.mark.parametrize("cpu, emulated", [("haswell", "Haswell"), ("x86-64", "qemu64"), ("x86-64-v2", "Nehalem")])
def test_older_cpus_give_the_same_bits(programs, digits, expected, tmp_path, cpu, emulated):
    samples, wanted = expected
    made = programs.quernc(digits.model, *digits.w8a8, f"--mcpu={cpu}", "-o", tmp_path / "model.so")
    assert made.returncode == 0, made.stderr
    ran = subprocess.run([QEMU, "-cpu", emulated, programs.bin / "quern-run", tmp_path / "model.so", "--samples", samples, "--outputs",
                          tmp_path / "out.npz"], capture_output=True, text=True, timeout=seconds(300))
    assert ran.returncode == 0, ran.stderr
    assert np.array_equal(np.load(tmp_path / "out.npz")["probability"], wanted)


@needs_qemu
def test_a_machine_without_the_features_is_told(programs, digits, tmp_path):
    made = programs.quernc(digits.model, *digits.w8a8, "--mcpu=haswell", "-o", tmp_path / "model.so")
    assert made.returncode == 0, made.stderr
    ran = subprocess.run([QEMU, "-cpu", "Nehalem", programs.bin / "quern-run", tmp_path / "model.so", "--describe"], capture_output=True, text=True, timeout=seconds(300))
    assert ran.returncode == 1 and "avx2" in ran.stderr


@pytest.mark.parametrize("cpu", ["alderlake", "sapphirerapids", "znver4"])
def test_newer_cpus_compile_on_any_machine(programs, digits, tmp_path, cpu):
    made = programs.quernc(digits.model, *digits.w8a8, f"--mcpu={cpu}", "-o", tmp_path / "model.so")
    assert made.returncode == 0, made.stderr
