"""Compares what ONNX Runtime computes from the export of hub.mlir with the equations of that file.

usage: check_hub.py MODEL
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys

import numpy as np
import onnx
import onnxruntime


def expected(x):
    f32 = np.float32
    codes = np.clip(np.rint(x / f32(0.05)) + 128, 0, 255).astype(np.uint8)
    weight = np.array([[1, -2, 3], [4, 5, -6], [7, 8, 9], [-128, 127, 0]], f32) * np.array([0.5, 0.25, 0.125], f32)
    bias = np.array([100, -200, 70000], f32) * np.array([0.025, 0.0125, 0.00625], f32)
    y = ((codes.astype(f32) - 128) * f32(0.05)) @ weight + bias
    scale = np.repeat(np.array([[0.5, 0.25], [1.0, 2.0], [4.0, 0.125]], f32), 2, axis=1)
    blocks = np.array([[1, -2, 3, 4], [4, 5, -6, 7], [7, -8, 6, 0]], f32) * scale
    narrow = (np.clip(np.rint(y @ blocks / f32(0.5)) + 3, -64, 63) - 3) * f32(0.5)
    return y, codes, narrow


def main():
    model = onnx.load(sys.argv[1])
    onnx.checker.check_model(model, full_check=True)
    assert model.opset_import[0].version == 21 and model.ir_version == 10
    names = {n.name for n in model.graph.node}
    assert {"gemm_node", "x_QuantizeLinear", "w_DequantizeLinear"} <= names, names
    assert {"w_quantized", "w_scale", "w_zero_point", "b_quantized"} <= {i.name for i in model.graph.initializer}
    session = onnxruntime.InferenceSession(sys.argv[1])
    x = np.array([[-7.1, 0.07, 0.125, 6.3], [100, -100, 1, -1]], np.float32)
    for name, ours, theirs in zip(("y", "codes", "narrow"), expected(x), session.run(["y", "codes", "narrow"], {"x": x})):
        assert np.allclose(ours, theirs, rtol=1e-6, atol=1e-4), (name, ours, theirs)


if __name__ == "__main__":
    main()
