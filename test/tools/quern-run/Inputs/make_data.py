"""Writes inputs of scale.mlir, good and bad, to the folder given.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import pathlib
import sys

import numpy as np
import onnx.numpy_helper

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
x = np.array([1, -2, 0.5, 3], np.float32)
n = np.array(5, np.int64)

np.save(folder / "x.npy", x)
np.save(folder / "n.npy", n)
np.save(folder / "x64.npy", x.astype(np.float64))
np.save(folder / "short.npy", x[:3])
np.save(folder / "large.npy", x * 100)
np.save(folder / "objects.npy", np.array([{}], dtype=object))

samples = np.stack([x, -x, x * np.float32(np.nan)])
np.savez(folder / "samples.npz", **{"x": samples, "a=b": np.array([1, 2, 3])})
np.savez_compressed(folder / "deflated.npz", **{"x": samples, "a=b": np.array([1, 2, 3])})
np.savez(folder / "missing.npz", x=samples)
np.savez(folder / "unknown.npz", **{"x": samples, "a=b": np.array([1, 2, 3]), "z": x})
np.savez(folder / "uneven.npz", **{"x": samples, "a=b": np.array([1, 2])})
np.savez(folder / "wrong.npz", **{"x": np.stack([x, x * 100]), "a=b": np.array([1, 2])})
np.savez(folder / "none.npz", **{"x": samples[:0], "a=b": np.array([], np.int64)})


def write_test_data(name, inputs, outputs):
    (folder / name).mkdir(exist_ok=True)
    for kind, arrays in (("input", inputs), ("output", outputs)):
        for index, (value, array) in enumerate(arrays):
            tensor = onnx.numpy_helper.from_array(np.asarray(array), value)
            (folder / name / f"{kind}_{index}.pb").write_bytes(tensor.SerializeToString())


y = x + x + np.array([1, 2, 3, 4], np.float32)
total = np.array(7, np.int64)
write_test_data("good", [("x", x), ("a=b", n)], [("y", y), ("dir/total", total)])
write_test_data("swapped", [("a=b", n), ("x", x)], [("dir/total", total), ("y", y)])
off = y.copy()
off[2] += 1
write_test_data("off", [("x", x), ("a=b", n)], [("y", off), ("dir/total", total + 1)])
write_test_data("nan", [("x", x), ("a=b", n)], [("y", y * np.float32(np.nan)), ("dir/total", total)])
write_test_data("cut", [("x", x), ("a=b", n)], [("y", y), ("dir/total", total)])
whole = (folder / "cut" / "input_0.pb").read_bytes()
(folder / "cut" / "input_0.pb").write_bytes(whole[:-3])
