// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def JointScaling : Pass<"quern-joint-scaling", "mlir::func::FuncOp"> {
  let summary = "AQAS: the scales with the least error when activations and weights are both codes";
  let description = [{
    For each edge, the scales s with the least squared error of all consumers' outputs,

        sum_i || Q_a(X / s) Q_w(diag(s) W_i) - X W_i ||^2

    measured on rows X of the edge that had no part in the candidate (passes/EdgeTransforms/UnseenError.h), with the planned
    quantizers, among the identity and two families of one parameter: SmoothQuant's max|x_j|^alpha / max|W_oj|^(1 - alpha),
    alpha = 0, 0.05, ... 1, and AWQ's E|x_j|^r, normalized, r = 0, 0.05, ... 1. So the error is at most that of each of them and of no
    scale. (The families are ours: the paper's parameters are not verified.) Meant for W4A8, where both operands are coarse.

    Constraints (else the edge stays as it is):
    - (C1) the function's `quern.precision` quantizes activations, and the edge's rows (`quern.rows`) or the ranges of its channels
      are known: with ranges alone, the error is estimated from them and the second family left out
    - (C2) the producer can take the scale (quern-fold-edge-transforms), or `explicit` is set and the loss falls to
      less than half
    - (C3) no method that owns scales has transformed the edge

    ```mlir
    // before
    %y = onnx.MatMul(%x, %w) : (tensor<8x2xf32>, tensor<2x3xf32>) -> tensor<8x3xf32>
    // after, with w' = diag(s) w
    %t = quern.edge_transform %x {axis = 1 : i64, provenance = ["aqas"], scale = array<f32: 2.0, 0.5>,
                                  shift = array<f32: 0.0, 0.0>} : tensor<8x2xf32>
    %y = onnx.MatMul(%t, %w') : (tensor<8x2xf32>, tensor<2x3xf32>) -> tensor<8x3xf32>
    ```
  }];
  let options = [
    Option<"allowExplicit", "explicit", "bool", "true", "Also where a multiplication must remain">];
  let dependentDialects = ["::quern::onnx::ONNXDialect", "::quern::QuernDialect"];
}
