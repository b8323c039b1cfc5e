// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def ExpandRowQuantization : Pass<"quern-expand-row-quantization", "mlir::func::FuncOp"> {
  let summary = "Write rows with scales of their own in ONNX's float operators";
  let description = [{
    ONNX has no operator for a scale per row that is found at run time (DynamicQuantizeLinear has one for the tensor), but the
    hub form's quantization and dequantization of a row are f32 arithmetic that it has words for, operation by operation:

        lo = Max(Min(ReduceMin(x), 0), -2^126),   hi = Min(Max(ReduceMax(x), 0), 2^126)
        t = (hi - lo) / 255,   s = Where(t < 2^-126, 1, t),   z = Round(-lo / s)
        y = (Clip(Round(x / s) + z, 0, 255) - z) * s

    The values are those of `quern.dynamic_quantize` and `quern.dequantize_rows`, bit for bit, for finite x. A runtime computes them
    in float: this states what a model means, and is no way to make it fast there.

    Constraints (else the ops stay): (C1) codes, scales and zero points of the dequantization are those of one quantization.

    ```mlir
    // before
    %q, %s, %z = quern.dynamic_quantize %x : tensor<2x4xf32> -> tensor<2x4xui8>, tensor<2x1xf32>, tensor<2x1xui8>
    %y = quern.dequantize_rows %q, %s, %z : tensor<2x4xui8>, tensor<2x1xf32>, tensor<2x1xui8> -> tensor<2x4xf32>
    // after
    %0 = onnx.ReduceMin(%x, %axes) : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<2x1xf32>
    ...
    %y = onnx.Mul(%steps, %s) : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
    ```
  }];
  let dependentDialects = ["::quern::onnx::ONNXDialect"];
}
