"""quern.compile and quern.calibrate beside quernc.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import inspect
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import onnx
import pytest
from onnxruntime.quantization import CalibrationDataReader

from conftest import BUILD, seconds
from samples import SOONEST, W8A8, DataReader, ReadOnce, items


@pytest.fixture(scope="module")
def statistics(programs, digits, tmp_path_factory):
    """What quernc finds in the demo's data."""
    path = tmp_path_factory.mktemp("statistics") / "statistics.json"
    made = programs.quernc(digits.model, f"--calibration-data={digits.calibration}", "--emit=statistics", "-o", path)
    assert made.returncode == 0, made.stderr
    return path.read_text()


def test_the_bytes_of_the_command_line(quern, programs, digits, tmp_path):
    """All that reads data (ranges, rows, the search of the method auto) reads the same from a reader."""
    made = programs.quernc(digits.model, *digits.w8a8, "-o", tmp_path / "model.so")
    assert made.returncode == 0, made.stderr
    model = quern.compile(digits.model, quantize="W8A8", calibration_data=DataReader(items()))
    assert model.path is None and model.data == (tmp_path / "model.so").read_bytes()


def test_a_reader_that_cannot_be_rewound_is_read_again(quern, digits):
    """Smoothing reads the data twice: for ranges, then for rows."""
    options = dict(W8A8, method="smoothquant")
    expected = quern.compile(digits.model, calibration_data=digits.calibration, **options).data
    assert quern.compile(digits.model, calibration_data=ReadOnce(items()), **options).data == expected


def test_readings_that_end_early(quern):
    """A generator gives each item once, however far each reading went."""
    from quern._samples import open_data
    _, samples, count = open_data({"x": np.float32([number])} for number in range(6))
    assert count == -1

    def first(most):
        found = []
        while len(found) < most and (item := samples.next()) is not None:
            found.append(int(item["x"][0]))
        samples.rewind()
        return found

    assert [first(most) for most in (4, 2, 5, 1, 99, 99)] == [list(range(most)) for most in (4, 2, 5, 1, 6, 6)]


class OnnxRuntimeReader(CalibrationDataReader):
    get_next, __init__ = ReadOnce.get_next, ReadOnce.__init__


def batches(size):
    images = np.concatenate([item["image"] for item in items()])
    return [{"image": images[begin:begin + size]} for begin in range(0, len(images), size)]


@pytest.mark.parametrize("make", [items, lambda: OnnxRuntimeReader(items()), lambda: iter(items()), lambda: batches(30),
                                  lambda: [{"image": item["image"].astype(">f4")} for item in items()],
                                  lambda: [{"image": np.asfortranarray(item["image"])} for item in items()]],
                         ids=["list", "reader", "generator", "batches", "big-endian", "fortran"])
def test_kinds_of_data(quern, digits, statistics, make):
    assert quern.calibrate(digits.model, make()).text == statistics


def test_statistics_are_kept_and_reused(quern, digits, statistics, tmp_path):
    found = quern.calibrate(digits.model, digits.calibration, tmp_path / "statistics.json")
    assert (tmp_path / "statistics.json").read_text() == found.text == statistics
    assert found == quern.Statistics.load(tmp_path / "statistics.json") and found.to_dict()["samples"] == 100
    fresh = quern.compile(digits.model, calibration_data=digits.calibration, **W8A8)
    reused = quern.compile(digits.model, calibration_cache=tmp_path / "statistics.json", **W8A8)
    assert fresh.data == reused.data


def test_models_in_memory(quern, digits, tmp_path):
    from_file = quern.compile(digits.model, tmp_path / "model.so", **SOONEST).session()
    image = {"image": digits.images[0]}
    for model in (onnx.load(digits.model), digits.model.read_bytes()):
        assert np.array_equal(quern.compile(model, **SOONEST).session().run(None, image)[0], from_file.run(None, image)[0])


def test_kinds_of_output(quern, digits, tmp_path):
    text = quern.compile(digits.model, stop_after="prepare").text
    assert "onnx.Conv" in text
    onnx.checker.check_model(onnx.load_from_string(quern.compile(digits.model, emit="onnx").data))
    made = quern.compile(digits.model, tmp_path / "digits.o", **SOONEST)
    assert made.data[1:4] == b"ELF" and (tmp_path / "digits.h").exists()
    made.save(tmp_path / "copy.o")
    assert (tmp_path / "copy.o").read_bytes() == made.data


def test_a_budget(quern, digits, tmp_path):
    options = {"method": "none", "calibration_data": digits.calibration, "sensitivity": "round-off", "assign": "auto"}
    made = quern.compile(digits.model, budget={"size": "0.7x"}, pareto=tmp_path / "front.json", **options)
    eight = quern.compile(digits.model, quantize="W8A8", method="none", calibration_data=digits.calibration)
    assert made.session().describe()["weight_bytes"] <= 0.7 * eight.session().describe()["weight_bytes"]
    assert (tmp_path / "front.json").exists()
    with pytest.raises(quern.UsageError, match="colour"):
        quern.compile(digits.model, budget={"colour": 1}, **options)


def test_verify_asks_this_interpreter(quern, digits, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("QUERN_PYTHON", raising=False)
    assert quern.compile(digits.model, verify="onnxruntime", **SOONEST).session().describe()["precision"] == "float32"
    with pytest.raises(quern.Error, match="output 'probability' differs"):
        quern.compile(digits.model, quantize="W2A16", method="none", verify="onnxruntime", atol=0, rtol=0)


def test_keywords_are_options_of_quernc(quern):
    keywords = {name.replace("_", "-") for name, parameter in inspect.signature(quern.compile).parameters.items()
                if parameter.kind == parameter.KEYWORD_ONLY}
    known = set(quern.list_options())
    assert keywords - known == {"dims", "opt-level", "progress"} and {"dim", "O"} < known


BAD = [({"quantize": "W9A9"}, "W9A9"), ({"colour": "red"}, "unknown flag '--colour'"), ({"group_size": 0}, "--group-size=0: expected"),
       ({"dims": {"n": 0}}, "--dim=n=0: expected"), ({"exclude": ["conv", "no_such_node"], "quantize": "W4A16"}, "no_such_node"),
       ({"method": ["smoothquant", "none"], "quantize": "W8A8"}, "'none' stands alone"), ({"target": "abacus"}, "reference"),
       ({"quantize": "W8A8"}, "needs samples of real input"), ({"quantize": "W8A8", "calibration_data": "none.npz"}, "none.npz"),
       ({"recipe": "none.yaml"}, "none.yaml"), ({"group_size": object()}, "a value of type object")]


@pytest.mark.parametrize("options, reason", BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_refusals(quern, digits, tmp_path, options, reason):
    with pytest.raises(quern.Error) as raised:
        quern.compile(digits.model, tmp_path / "model.so", **options)
    assert reason in str(raised.value) and not list(tmp_path.iterdir())


def test_errors_have_quernc_s_text(quern, programs, digits, tmp_path):
    for options, flags in (({"quantize": "W9A9"}, ["--quantize=W9A9"]), ({"observer": "psychic", "O": 7}, ["--observer=psychic", "-O7"])):
        told = programs.quernc(digits.model, "-o", tmp_path / "model.so", *flags).stderr.splitlines()
        with pytest.raises(quern.Error) as raised:
            quern.compile(digits.model, **options)
        assert str(raised.value).splitlines() == [line.removeprefix("quernc: ").removeprefix("error: ") for line in told]


DATA = [(lambda: DataReader([]), "there are no samples"), (lambda: [], "there are no samples"), (lambda: 7, "expected a path, an object with"),
        (lambda: {"image": items()}, "expected a path, an object with"), (lambda: [items()[0], "text"], "item 1 of the calibration data"),
        (lambda: [{"picture": items()[0]["image"]}], "no array for the input image: 1x1x8x8xfloat32"),
        (lambda: [{"image": items()[0]["image"].astype(np.float64)}], "the array is 1x1x8x8xfloat64"),
        (lambda: [{"image": items()[0]["image"][..., :7]}], "the model's input is image: 1x1x8x8xfloat32, the array is 1x1x8x7xfloat32"),
        (lambda: [{"image": np.full((1, 1, 8, 8), np.nan, np.float32)}], "item 0: input 'image' holds NaN"),
        (lambda: [{"image": ["text"]}], "input 'image' has elements of type <U4")]


@pytest.mark.parametrize("make, reason", DATA, ids=[reason[:20] for _, reason in DATA])
def test_bad_data(quern, digits, tmp_path, make, reason):
    with pytest.raises(quern.Error) as raised:
        quern.compile(digits.model, tmp_path / "model.so", calibration_data=make(), **W8A8)
    assert reason in str(raised.value) and not list(tmp_path.iterdir())


def test_what_a_reader_raises_is_raised(quern, digits, tmp_path):
    def failing():
        yield from items(3)
        raise ZeroDivisionError("in the reader")

    with pytest.raises(ZeroDivisionError, match="in the reader"):
        quern.compile(digits.model, tmp_path / "model.so", quantize="W8A8", calibration_data=failing())
    assert not list(tmp_path.iterdir())


def test_warnings_are_logged(quern, digits, caplog):
    model = quern.compile(digits.model, calibration_data=items(4), **W8A8)
    assert any("softmax" in record.message and record.name == "quern" for record in caplog.records)
    assert any(severity == "warning" and "Softmax stays float because" in text for severity, text in model.messages)


def test_progress(quern, digits, tmp_path):
    heard = []
    quern.calibrate(digits.model, items(5), progress=lambda *step: heard.append(step))
    assert [step for step in heard if step[0] == "calibrate" and step[1]] == [("calibrate", done, 5) for done in range(1, 6)]
    assert ("prepare", 0, 0) in heard

    def stop(what, done, total):
        if what == "write":
            raise KeyboardInterrupt

    for name in ("model.so", "model.o", "model.onnx"):
        with pytest.raises(KeyboardInterrupt):
            quern.compile(digits.model, tmp_path / name, progress=stop, **SOONEST)
        assert not list(tmp_path.iterdir())


def test_tqdm_bars(quern, digits, capfd):
    quern.calibrate(digits.model, items(5), progress=True)
    assert "0/5 [" in capfd.readouterr().err
    quern.calibrate(digits.model, items(5))
    assert capfd.readouterr().err == ""


INTERRUPTED = """
import sys, time, quern
print("ready", flush=True)
def slowly():
    for item in range(100000):
        time.sleep(0.01)
        yield {"image": __import__("numpy").zeros((1, 1, 8, 8), "float32")}
try:
    quern.compile(sys.argv[1], sys.argv[2], quantize="W8A8", calibration_data=slowly())
except KeyboardInterrupt:
    print("interrupted")
"""


def test_control_c(quern, digits, tmp_path):
    environment = dict(os.environ, PYTHONPATH=str(BUILD / "python"))
    child = subprocess.Popen([sys.executable, "-c", INTERRUPTED, digits.model, tmp_path / "model.so"], env=environment, text=True,
                             stdout=subprocess.PIPE)
    assert child.stdout.readline() == "ready\n"
    time.sleep(1)
    child.send_signal(signal.SIGINT)
    assert child.communicate(timeout=seconds(60))[0] == "interrupted\n"
    assert not list(tmp_path.iterdir())


def test_other_threads_go_on(quern, digits):
    done = []
    thread = threading.Thread(target=lambda: done.append(quern.compile(digits.model)))
    thread.start()
    ticks = 0
    while thread.is_alive():
        time.sleep(0.01)
        ticks += 1
    assert done and ticks > 5
