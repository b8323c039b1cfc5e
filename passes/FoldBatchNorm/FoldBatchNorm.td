// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def FoldBatchNorm : Pass<"quern-fold-batch-norm", "mlir::func::FuncOp"> {
  let summary = "Fold per-channel scales and shifts into the contraction before them";
  let description = [{
    An affine map of each output channel c, y_c = s_c * x_c + t_c, after a contraction x = W . a + b with a constant
    weight becomes part of that contraction:

        W'_c = s_c * W_c        b'_c = s_c * b_c + t_c

    computed in double and rounded once to the weight's type. The map is

    - BatchNormalization (inference form): s = scale / sqrt(var + epsilon), t = B - s * mean;
    - Mul, Div, Add, Sub with a constant that varies along the channel axis only.

    The contraction is Conv, ConvTranspose, Gemm, or (s only) MatMul. A BatchNormalization that remains because its
    input is something else is written as Mul and Add.

    Constraints (else the map stays where it is):
    - (C1) the contraction's result has no other use
    - (C2) weight, bias and the map are constants
    - (C3) ConvTranspose has one group; Gemm has beta = 1 if it has a bias to change
    - (C4) every s and t is finite

    The result is named as the map's result was; its location stays the contraction's.

    ```mlir
    // before
    %x = onnx.Conv(%a, %w, %none) : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>, none) -> tensor<1x4x8x8xf32>
    %y = onnx.Add(%x, %t) : (tensor<1x4x8x8xf32>, tensor<4x1x1xf32>) -> tensor<1x4x8x8xf32>
    // after
    %y = onnx.Conv(%a, %w, %b) : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
    ```
  }];
  let dependentDialects = ["::quern::onnx::ONNXDialect"];
}
