// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def AttentionRows : Pass<"quern-attention-rows", "mlir::func::FuncOp"> {
  let summary = "Give each row of attention's probabilities a scale of its own";
  let description = [{
    A row p of Softmax sums to 1, so over n tokens its elements are about 1 / n; one scale for all rows must hold the most certain row,
    and rounds the others to a few codes. With the row's own scale, found when the model runs,

        s = max_j p_j / 255,   q_j = rhe(p_j / s),   |p_j - s q_j| <= max_j p_j / 510

    is never coarser than any scale for all rows. It is what remains of a scale 1 / 255 for exp(x_j - max x), as SageAttention rounds
    it (Zhang et al., ICLR 2025, section 4.3). Zero points are 0, so that a product with codes v of scale s_v and zero point z_v is

        y = f32(sum_j q_j (v_j - z_v)) * (s s_v),   |sum| <= 255 * 255 * n: within 32 bits for n <= 33025 (quern-integerize proves it)

    The pass marks the product with `quern.row_scales`; quern-insert-quantization makes codes of rows of it. What moves whole rows
    between Softmax and the product (Reshape with the same last dimension, Squeeze, Unsqueeze) is moved before Softmax, with which it
    commutes.

    Constraints (else the product stays as it is):
    - (C1) the first operand is Softmax along its last axis, or whole rows of it that nothing else reads
    - (C2) shapes are static, and leading dimensions of the product are those of the first operand: nothing is broadcast along them
    - (C3) the second operand is computed too

    ```mlir
    // before
    %p = onnx.Softmax(%x) {axis = -1 : i64} : (tensor<2x4xf32>) -> tensor<2x4xf32>
    %y = onnx.MatMul(%p, %v) : (tensor<2x4xf32>, tensor<4x8xf32>) -> tensor<2x8xf32>
    // after
    %y = onnx.MatMul(%p, %v) {quern.row_scales} : (tensor<2x4xf32>, tensor<4x8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let dependentDialects = ["::quern::onnx::ONNXDialect", "::quern::QuernDialect"];
}
