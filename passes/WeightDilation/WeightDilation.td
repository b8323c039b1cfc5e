// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def WeightDilation : Pass<"quern-weight-dilation", "mlir::func::FuncOp"> {
  let summary = "Grow columns of weights within the range of their rows, and so shrink activations";
  let description = [{
    For each edge, over all rows o of all consumers, with M_o = max_j |W_oj|:

        s_j = min(largest, min_o M_o / |W_oj|) >= 1,   z = 0

    No row's range changes, since no element of row o grows beyond M_o, while the ranges of activations shrink. A column that holds a
    row's maximum keeps s_j = 1. Looks at weights only. (The formula follows the abstract of DilateQuant; the granularity that the
    paper uses is not verified.)

    Constraints (else the edge stays as it is):
    - (C1) the producer can take the scale (quern-fold-edge-transforms): nothing is added to what runs
    - (C2) no method has transformed the edge

    ```mlir
    // before, with w = [[1, 0.5], [0.25, 1]] and a third column [0.5, 0.5]
    %y = onnx.Gemm(%x, %w, %b) {transB = 1 : i64} : (tensor<8x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<8x2xf32>
    // after: the third column becomes [1, 1]
    %t = quern.edge_transform %x {axis = 1 : i64, provenance = ["weight-dilation"], scale = array<f32: 1.0, 1.0, 2.0>,
                                  shift = array<f32: 0.0, 0.0, 0.0>} : tensor<8x3xf32>
    %y = onnx.Gemm(%t, %w', %b) {transB = 1 : i64} : (tensor<8x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<8x2xf32>
    ```
  }];
  let options = [Option<"largest", "largest", "double", "256.0", "No scale is above this">];
  let dependentDialects = ["::quern::onnx::ONNXDialect", "::quern::QuernDialect"];
}
