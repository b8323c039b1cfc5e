"""What quernc refuses: the status, the reason, and that nothing is written.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import pickle

import numpy as np
import pytest

USAGE = [([], "no model given"), (["m.onnx"], "no output given"), (["m.onnx", "-o", "x", "--emit=exe"], "expected so, obj"),
         (["m.onnx", "-o", "x", "--stop-after=lunch"], "expected one of import"), (["m.onnx", "-o", "x", "--dim=batch"], "name=size"),
         (["m.onnx", "-o", "x", "--dim=n=0"], "at least 1"), (["m.onnx", "-o", "x", "--dim=n=1,n=2"], "bound twice"),
         (["m.onnx", "-o", "x", "--no-such-flag"], "no-such-flag"), (["m.onnx", "-o", "x", "--observer=psychic"], "min-max"),
         (["m.onnx", "-o", "x", "--target=abacus"], "reference"), (["m.onnx", "-o", "x", "-O7"], "-O3"),
         (["m.onnx", "-o", "x", "--activation-type=u9"], "u8 or s8"), (["m.onnx", "-o", "x", "--verify=nobody"], "reference")]


@pytest.mark.parametrize("arguments, reason", USAGE)
def test_wrong_usage(programs, tmp_path, arguments, reason):
    ran = programs.quernc(*arguments, cwd=tmp_path)
    assert ran.returncode == 2, ran.stderr
    assert reason in ran.stderr
    assert not list(tmp_path.iterdir())


def test_all_mistakes_are_told_at_once(programs):
    ran = programs.quernc("--dim=a", "--emit=exe")
    assert all(text in ran.stderr for text in ("no model given", "no output given", "--dim=a", "--emit=exe"))


def refuse(programs, digits, tmp_path, *flags, output="model.so", model=None):
    ran = programs.quernc(model or digits.model, "-o", tmp_path / output, *flags)
    assert ran.returncode == 1, (ran.returncode, ran.stderr)
    assert not (tmp_path / output).exists()
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".tmp"]
    return ran.stderr


def test_quantizing_needs_data(programs, digits, tmp_path):
    assert "--calibration-data" in refuse(programs, digits, tmp_path, "--quantize=W8A8")


def test_unknown_scheme(programs, digits, tmp_path):
    message = refuse(programs, digits, tmp_path, "--quantize=W9A9", f"--calibration-data={digits.calibration}")
    assert "W9A9" in message and "W8A8" in message


def test_exclude_that_matches_nothing(programs, digits, tmp_path):
    assert "no_such_node" in refuse(programs, digits, tmp_path, *digits.w8a8, "--exclude=no_such_node")


def test_exclude_that_is_no_regular_expression(programs, digits, tmp_path):
    assert "conv(" in refuse(programs, digits, tmp_path, *digits.w8a8, "--exclude=conv(")


IMAGE = np.zeros((2, 1, 8, 8), np.float32)
BAD_DATA = {
    "missing input": ({"picture": IMAGE}, ["picture", "image"]),
    "extra input": ({"image": IMAGE, "more": IMAGE}, ["more"]),
    "wrong shape": ({"image": np.zeros((2, 1, 8, 9), np.float32)}, ["image", "9"]),
    "wrong type": ({"image": IMAGE.astype(np.float64)}, ["image", "float64"]),
    "not a number": ({"image": np.full((1, 1, 8, 8), np.nan, np.float32)}, ["image"]),
    "infinite": ({"image": np.full((1, 1, 8, 8), np.inf, np.float32)}, ["image"]),
    "no samples": ({"image": IMAGE[:0]}, ["no samples"]),
    "objects": ({"image": np.array([{}, {}], object)}, ["image"]),
}


@pytest.mark.parametrize("case", BAD_DATA)
def test_bad_calibration_data(programs, digits, tmp_path, case):
    arrays, words = BAD_DATA[case]
    data = tmp_path / "bad.npz"
    np.savez(data, **arrays)
    message = refuse(programs, digits, tmp_path, "--quantize=W8A8", f"--calibration-data={data}")
    assert all(word in message for word in words), message


def test_pickle_is_never_loaded(programs, digits, tmp_path):
    data = tmp_path / "bad.npy"
    data.write_bytes(pickle.dumps({"image": 1}))
    refuse(programs, digits, tmp_path, "--quantize=W8A8", f"--calibration-data={data}")


def test_missing_data_file(programs, digits, tmp_path):
    assert "nowhere.npz" in refuse(programs, digits, tmp_path, "--quantize=W8A8", "--calibration-data=nowhere.npz")


def test_cache_of_something_else_is_not_overwritten(programs, digits, tmp_path):
    cache = tmp_path / "notes.json"
    cache.write_text('{"shopping": ["milk"]}')
    refuse(programs, digits, tmp_path, *digits.w8a8, f"--calibration-cache={cache}")
    assert cache.read_text() == '{"shopping": ["milk"]}'


@pytest.mark.parametrize("text", ["[" * 2_000_000, '{"a":' * 400_000], ids=["arrays", "objects"])
@pytest.mark.parametrize("flags", [["--calibration-cache={}"], ["--assign=auto", "--budget=size=0.9x", "--cost-table={}"],
                                   ["--assign=auto", "--budget=size=0.9x", "--sensitivity-table={}"]], ids=lambda flags: flags[-1][2:-3])
def test_json_that_nests_without_end(programs, digits, tmp_path, flags, text):
    file = tmp_path / "deep.json"
    file.write_text(text)
    quantize = [] if "--assign=auto" in flags else ["--quantize=W8A8"]
    told = refuse(programs, digits, tmp_path, *quantize, "--method=none", f"--calibration-data={digits.calibration}", *(flag.format(file) for flag in flags))
    assert "deep.json" in told and "nested more than 64 deep" in told and file.read_text() == text


def test_output_is_the_model(programs, digits, tmp_path):
    copy = tmp_path / "copy.onnx"
    copy.write_bytes(digits.model.read_bytes())
    ran = programs.quernc(copy, "-o", copy, "--emit=onnx")
    assert ran.returncode == 1 and "is the model itself" in ran.stderr
    assert copy.read_bytes() == digits.model.read_bytes()


def test_output_folder_that_is_missing(programs, digits, tmp_path):
    ran = programs.quernc(digits.model, "-o", tmp_path / "nowhere" / "model.so")
    assert ran.returncode == 1 and "nowhere" in ran.stderr


def test_output_to_a_device_writes_to_it(programs, digits):
    before = os.stat("/dev/null").st_mode
    assert programs.quernc(digits.model, "-o", "/dev/null", "--emit=onnx").returncode == 0
    assert os.stat("/dev/null").st_mode == before


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x07\x12"])
def test_files_that_are_no_model(programs, digits, tmp_path, content):
    model = tmp_path / "bad.onnx"
    model.write_bytes(content)
    assert "bad.onnx" in refuse(programs, digits, tmp_path, model=model)


def test_truncated_model(programs, digits, tmp_path):
    model = tmp_path / "bad.onnx"
    model.write_bytes(digits.model.read_bytes()[:-1000])
    refuse(programs, digits, tmp_path, model=model)


def test_names_do_not_drive_the_terminal(programs, digits, tmp_path):
    """Bytes that a terminal would obey, or cannot show, are escaped."""
    model = tmp_path / "bad.onnx"
    model.write_bytes(digits.model.read_bytes().replace(b"\x04Conv", b"\x04C\x1b\x92v"))
    assert "unknown operator 'C\\x1b\\x92v'" in refuse(programs, digits, tmp_path, model=model)
