// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def RecognizeNormalization : Pass<"quern-recognize-normalization", "mlir::func::FuncOp"> {
  let summary = "LayerNormalization and RMSNormalization from the arithmetic that exporters write for them";
  let description = [{
    With m = mean(x), d = x - m and r = sqrt(mean(d^2) + eps), or d = x and no m (RMSNormalization), means taken over the
    last axes, the ops behind r are written out as a sum of products of one of x, d, m with a power of r and constants
    (Terms.h). The group is a normalization if the sum is one of

        d r^-1 C + B                    x / r, d * (1 / r), C * d * (v + eps)^-0.5, ... of PyTorch and others
        x r^-1 C - m r^-1 C + B         x * k + (B - m * k), k = C / r, of TensorFlow

    where C and B are products of constants that vary along the normalized axes only. Then y = LayerNormalization(x, C, B)
    by its definition; if d = x and B = 0, y = RMSNormalization(x, C). The proof of equivalence is the sum itself: both
    sides expand to the same terms, up to rounding.

    Constraints (else the ops stay):
    - (C1) nothing outside the group reads what lies between x and y
    - (C2) means are over the last axes, all of them to the end, which stay as axes of size 1
    - (C3) eps is a positive constant of one element
    - (C4) scale and shift are constant and do not vary along other axes, nor broadcast x
    - (C5) everything is f32 of static shape

    The new op has y's name and location. A missing scale becomes ones.

    ```mlir
    // before
    %0 = onnx.Mul(%x, %x) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
    %1 = onnx.ReduceMean(%0, %axis) : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<2x1xf32>
    %2 = onnx.Add(%1, %eps) : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
    %3 = onnx.Sqrt(%2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
    %4 = onnx.Div(%x, %3) : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
    %y = onnx.Mul(%4, %gamma) : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
    // after
    %y = onnx.RMSNormalization(%x, %gamma) {epsilon = 1.0e-06 : f32} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
    ```
  }];
  let dependentDialects = ["::quern::onnx::ONNXDialect"];
}
