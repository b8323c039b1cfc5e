"""Damaged files of every kind are refused with a reason or accepted; no crash, no hang, no unbounded memory.

The damage is the same in every run. QUERN_FUZZ_ROUNDS asks for more of it than a test has time for.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import resource

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from conftest import SANITIZED
from mutations import damage_bytes, damage_message

ROUNDS = int(os.environ.get("QUERN_FUZZ_ROUNDS", 12))
MOST_BYTES = 4 << 30


def limit_memory():
    if not SANITIZED:  # AddressSanitizer reserves terabytes
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


def check(ran):
    """Done, or refused with a reason that names a place."""
    assert ran.returncode in (0, 1), (ran.returncode, ran.args, ran.stderr[-2000:])
    if ran.returncode == 1:
        reasons = [line for line in ran.stderr.splitlines() if line.strip()]
        assert reasons, ran.args
        assert not any("LLVM ERROR" in line or "no stage told why" in line or "Sanitizer" in line or "bad_alloc" in line for line in reasons), ran.stderr
    return ran


def small_model():
    """Convolution, pooling and a product with a residual addition: a few hundred bytes of each kind of message."""
    random = np.random.default_rng(0)

    def weight(name, *shape):
        return numpy_helper.from_array((random.normal(size=shape) / 4).astype(np.float32), name)

    nodes = [helper.make_node("Conv", ["image", "w", "b"], ["c"], "conv", pads=[1, 1, 1, 1], strides=[1, 1]),
             helper.make_node("Relu", ["c"], ["r"], "relu"),
             helper.make_node("Add", ["r", "image"], ["s"], "add"),
             helper.make_node("MaxPool", ["s"], ["p"], "pool", kernel_shape=[2, 2], strides=[2, 2]),
             helper.make_node("Reshape", ["p", "shape"], ["f"], "flatten"),
             helper.make_node("Gemm", ["f", "m", "n"], ["g"], "gemm", transB=1, alpha=1.0),
             helper.make_node("Softmax", ["g"], ["y"], "softmax", axis=1)]
    graph = helper.make_graph(nodes, "small", [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 2, 4, 4])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3])],
                              [weight("w", 2, 2, 3, 3), weight("b", 2), weight("m", 3, 8), weight("n", 3),
                               numpy_helper.from_array(np.array([1, 8], np.int64), "shape")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.fixture(scope="module")
def files(programs, tmp_path_factory):
    """A folder with an undamaged file of each kind; everything in it is accepted."""
    folder = tmp_path_factory.mktemp("whole")
    onnx.save(small_model(), folder / "model.onnx")
    images = np.random.default_rng(1).normal(size=(4, 1, 2, 4, 4)).astype(np.float32)
    np.savez(folder / "data.npz", image=images)
    np.savez_compressed(folder / "packed.npz", image=images)
    np.save(folder / "data.npy", images)
    (folder / "input_0.pb").write_bytes(numpy_helper.from_array(images[0], "image").SerializeToString())
    made = compile_model(programs, folder / "model.onnx", folder / "model.so", folder / "data.npz",
                         f"--calibration-cache={folder / 'cache.json'}")
    assert made.returncode == 0, made.stderr
    return folder


def compile_model(programs, model, output, data, *flags):
    return programs.quernc(model, "--quantize=W8A8", f"--calibration-data={data}", "--target=reference", "-O0", "-o", output, *flags,
                           preexec_fn=limit_memory)


@pytest.mark.parametrize("first", range(0, ROUNDS, 4))
def test_model_bytes(programs, files, tmp_path, first):
    whole = (files / "model.onnx").read_bytes()
    for seed in range(first, first + 4):
        (tmp_path / "m.onnx").write_bytes(damage_bytes(whole, seed))
        check(compile_model(programs, tmp_path / "m.onnx", tmp_path / "m.so", files / "data.npz"))


@pytest.mark.parametrize("first", range(0, ROUNDS, 4))
def test_model_fields(programs, files, tmp_path, first):
    for seed in range(first, first + 4):
        model = small_model()
        damage_message(model, seed)
        (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
        check(compile_model(programs, tmp_path / "m.onnx", tmp_path / "m.so", files / "data.npz"))


def test_external_data(programs, files, tmp_path):
    onnx.save(small_model(), tmp_path / "m.onnx", save_as_external_data=True, location="m.bin", size_threshold=0)
    whole, data = onnx.load(tmp_path / "m.onnx", load_external_data=False), (tmp_path / "m.bin").read_bytes()
    for seed in range(ROUNDS):
        model = onnx.ModelProto()
        model.CopyFrom(whole)
        if seed % 2:
            damage_message(model.graph.initializer[seed % len(model.graph.initializer)], seed)
        (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
        (tmp_path / "m.bin").write_bytes(data if seed % 2 else damage_bytes(data, seed))
        check(compile_model(programs, tmp_path / "m.onnx", tmp_path / "m.so", files / "data.npz"))


def test_artefacts(programs, files, tmp_path):
    """Code is loaded only from a file whose checksum holds, so any damage is refused."""
    whole = (files / "model.so").read_bytes()
    for seed in range(2 * ROUNDS):
        damaged = damage_bytes(whole, seed)
        (tmp_path / "m.so").write_bytes(damaged)
        ran = check(programs.quern_run(tmp_path / "m.so", "--describe", preexec_fn=limit_memory))
        assert ran.returncode == (0 if damaged == whole else 1)


@pytest.mark.parametrize("name", ["data.npz", "packed.npz", "data.npy"])
def test_arrays(programs, files, tmp_path, name):
    whole = (files / name).read_bytes()
    for seed in range(ROUNDS):
        (tmp_path / name).write_bytes(damage_bytes(whole[:256], seed) + whole[256:])  # mostly in the headers
        check(compile_model(programs, files / "model.onnx", tmp_path / "m.so", tmp_path / name))
        check(programs.quern_run(files / "model.so", "--samples", tmp_path / name, "--outputs", tmp_path / "out.npz",
                                 preexec_fn=limit_memory))


def test_tensor_files(programs, files, tmp_path):
    folder = tmp_path / "test_data_set_0"
    folder.mkdir()
    whole = (files / "input_0.pb").read_bytes()
    for seed in range(ROUNDS):
        tensor = onnx.TensorProto.FromString(whole)
        damage_message(tensor, seed)
        (folder / "input_0.pb").write_bytes(tensor.SerializeToString() if seed % 2 else damage_bytes(whole, seed))
        check(compile_model(programs, files / "model.onnx", tmp_path / "m.so", folder))
        check(programs.quern_run(files / "model.so", "--test-data", folder, preexec_fn=limit_memory))


def test_calibration_cache(programs, files, tmp_path):
    whole = (files / "cache.json").read_bytes()
    for seed in range(ROUNDS):
        (tmp_path / "cache.json").write_bytes(damage_bytes(whole, seed))
        check(programs.quernc(files / "model.onnx", "--quantize=W8A8", f"--calibration-cache={tmp_path / 'cache.json'}", "-O0",
                              "-o", tmp_path / "m.so", "--target=reference", preexec_fn=limit_memory))


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"format": "quern-statistics", "x": [[{"y": '])
def test_deeply_nested_calibration_cache(programs, files, tmp_path, opening):
    cache = tmp_path / "cache.json"
    cache.write_bytes(opening * 1_000_000)
    ran = check(programs.quernc(files / "model.onnx", "--quantize=W8A8", f"--calibration-cache={cache}", "-o", tmp_path / "m.so"))
    assert ran.returncode == 1 and "cache.json" in ran.stderr
