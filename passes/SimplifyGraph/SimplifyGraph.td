// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def SimplifyGraph : Pass<"quern-simplify-graph", "mlir::func::FuncOp"> {
  let summary = "Join neighbours that exporters write apart";
  let description = [{
    - MatMul with a constant matrix on the right, then Add of a constant vector: Gemm, over all leading
      dimensions as rows (a Reshape before and after it). The bias then has the accumulator's scale, not 8 bits.
    - Reshape of Reshape (Flatten, Squeeze, Unsqueeze): one Reshape. Transpose of Transpose: one Transpose.
    - Pad with zeros before Conv: pads of the Conv.
    - Ops that return their operand vanish (their folds).

    The result keeps the name and the location of the last op of the group, a Conv its own.

    Constraints (else the ops stay):
    - (C1) what lies between has no other use
    - (C2) types are static

    ```mlir
    // before
    %0 = onnx.MatMul(%x, %w) : (tensor<1x8xf32>, tensor<8x4xf32>) -> tensor<1x4xf32>
    %1 = onnx.Add(%0, %b) : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
    // after
    %1 = onnx.Gemm(%x, %w, %b) : (tensor<1x8xf32>, tensor<8x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
    ```
  }];
  let dependentDialects = ["::quern::onnx::ONNXDialect"];
}
