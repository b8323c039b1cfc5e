"""quern.InferenceSession beside quern-run and ONNX Runtime.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import threading

import numpy as np
import onnxruntime
import pytest

from samples import SOONEST


@pytest.fixture(scope="module")
def artefact(quern, digits, tmp_path_factory):
    return quern.compile(digits.model, tmp_path_factory.mktemp("session") / "digits.so")


@pytest.fixture
def session(quern, artefact):
    return quern.InferenceSession(artefact.path)


def test_signature_is_onnx_runtime_s(session, digits):
    peer = onnxruntime.InferenceSession(digits.model, providers=["CPUExecutionProvider"])
    for ours, theirs in ((session.get_inputs(), peer.get_inputs()), (session.get_outputs(), peer.get_outputs())):
        assert [(arg.name, arg.type, arg.shape) for arg in ours] == [(arg.name, arg.type, arg.shape) for arg in theirs]
    assert session.get_providers() == peer.get_providers()


def test_run(session, digits, artefact, execute):
    expected = execute(artefact.path, image=digits.images)["probability"]
    for image, row in zip(digits.images[:20], expected):
        (by_all,), (by_name,) = session.run(None, {"image": image}), session.run(["probability"], {"image": image})
        assert np.array_equal(by_all, row) and np.array_equal(by_name, row)
    assert [len(session.run(names, {"image": digits.images[0]})) for names in ([], ["probability"] * 2)] == [0, 2]


def test_an_array_of_other_strides_is_the_same(session, digits):
    image = digits.images[0]
    assert np.array_equal(session.run(None, {"image": np.asfortranarray(image)})[0], session.run(None, {"image": image})[0])


def test_from_memory_and_with_threads(quern, artefact, digits):
    image = {"image": digits.images[3]}
    expected = artefact.session().run(None, image)[0]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    for session in (quern.InferenceSession(artefact.data), artefact.session(threads=2),
                    quern.InferenceSession(str(artefact.path), options, ["CPUExecutionProvider"])):
        assert np.array_equal(session.run(None, image)[0], expected)


def test_describe(quern, artefact, session, programs):
    assert quern.describe(artefact) == session.describe()
    assert session.describe()["inputs"][0]["name"] == "image"


def test_binding_uses_the_callers_memory(session, digits):
    inputs, outputs = digits.images[0].copy(), np.empty((1, 10), np.float32)
    address = outputs.__array_interface__["data"][0]
    binding = session.io_binding()
    binding.bind_input("image", inputs)
    binding.bind_output("probability", outputs)
    for image in digits.images[:5]:
        inputs[:] = image
        session.run_with_iobinding(binding)
        assert np.array_equal(outputs, session.run(None, {"image": image})[0])
    assert binding.get_outputs()[0] is outputs and outputs.__array_interface__["data"][0] == address
    assert np.array_equal(inputs, digits.images[4])


def test_what_cannot_be_bound(quern, session, digits):
    binding, outputs = session.io_binding(), np.empty((1, 10), np.float32)
    read_only = np.empty((1, 10), np.float32)
    read_only.flags.writeable = False
    for bind, name, array, reason in ((binding.bind_input, "image", np.empty((1, 1, 8, 16), np.float32)[..., ::2], "not contiguous"),
                                      (binding.bind_output, "probability", read_only, "not writable"),
                                      (binding.bind_output, "probability", outputs.astype(">f4"), "byte order"),
                                      (binding.bind_input, "image", np.array([None]), "of type object"),
                                      (binding.bind_input, "image", [1.0], "of type list"),
                                      (binding.bind_output, "likelihood", None, "no output 'likelihood'; it has 'probability'")):
        with pytest.raises(quern.UsageError, match=reason):
            bind(name, array)
    shared = np.zeros(128, np.float32)
    binding.bind_input("image", shared[:64].reshape(1, 1, 8, 8))
    binding.bind_output("probability", shared[60:70].reshape(1, 10))
    with pytest.raises(quern.UsageError, match="output 'probability' lies in the memory of 'image'"):
        session.run_with_iobinding(binding)
    binding.bind_output("probability", shared[64:74].reshape(1, 10))
    session.run_with_iobinding(binding)


FEEDS = [({}, "input 'image' is missing: expected 1x1x8x8xfloat32"), ({"image": np.zeros((1, 1, 8, 8))}, "got 1x1x8x8xfloat64"),
         ({"image": np.zeros((1, 1, 8, 7), np.float32)}, "input 'image': expected 1x1x8x8xfloat32, got 1x1x8x7xfloat32"),
         ({"image": np.zeros((1, 1, 8, 8), np.float32), "x": np.zeros(1)}, "the model has no input 'x'; it has 'image' (1x1x8x8xfloat32)")]


@pytest.mark.parametrize("feed, reason", FEEDS, ids=["missing", "type", "shape", "name"])
def test_wrong_inputs_are_named(quern, session, feed, reason):
    with pytest.raises(ValueError) as raised:
        session.run(None, feed)
    assert reason in str(raised.value)


def test_what_is_no_artefact(quern, digits, tmp_path):
    for source, reason in ((digits.model, "not a model compiled by Quern"), (b"nonsense", "not a model compiled by Quern"),
                           (tmp_path / "none.so", "No such file"), (7, "of type int")):
        with pytest.raises(quern.Error, match=reason):
            quern.InferenceSession(source)
    with pytest.raises(quern.UsageError, match="accepted is 'CPUExecutionProvider'"):
        quern.InferenceSession(digits.model, providers=["CUDAExecutionProvider"])
    with pytest.raises(quern.UsageError, match="at least 1 thread"):
        quern.InferenceSession(quern.compile(digits.model, **SOONEST), threads=0)


def test_threads_share_a_session(session, digits):
    expected = [session.run(None, {"image": image})[0] for image in digits.images[:50]]
    found = [[] for _ in range(4)]

    def work(results):
        results.extend(session.run(None, {"image": image})[0] for image in digits.images[:50])

    threads = [threading.Thread(target=work, args=(results,)) for results in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(results, expected) for results in found)


def test_a_file_that_was_replaced_is_loaded_anew(quern, digits, tmp_path):
    """And so is each model in memory, while others are loaded."""
    path, image = tmp_path / "model.so", {"image": digits.images[0]}
    for source in (path, None):
        sessions = []
        for options in ({}, {"quantize": "W4A16", "method": "none"}, {"quantize": "W2A16", "method": "none"}):
            sessions.append(quern.InferenceSession(quern.compile(digits.model, source, **options, **SOONEST)))
        assert [session.describe()["precision"] for session in sessions] == ["float32", "W4A16", "W2A16"]
        results = [session.run(None, image)[0] for session in sessions]
        assert not np.array_equal(results[0], results[1]) and not np.array_equal(results[1], results[2])
