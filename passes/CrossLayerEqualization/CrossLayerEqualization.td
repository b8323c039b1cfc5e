// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def CrossLayerEqualization : Pass<"quern-cross-layer-equalization", "mlir::func::FuncOp"> {
  let summary = "Give the two weights around an edge channels of equal range";
  let description = [{
    For an edge between a contraction, or a ReLU behind one, and its consumers, with r1_j = max |row j| of the weight before the edge
    and r2_j = max |column j| of those behind it:

        s_j = sqrt(r1_j / r2_j),   z = 0

    Both ranges become sqrt(r1_j r2_j). Looks at weights only, one sweep from the back of the graph. It serves weights with one scale
    per tensor; with one per channel the rows of the first weight gain nothing.

    Constraints (else the edge stays as it is):
    - (C1) the producer is a contraction that can take the scale (quern-fold-edge-transforms); its result has no other reader
    - (C2) no method has transformed the edge

    ```mlir
    // before
    %a = onnx.Relu(%c) : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
    %y = onnx.Conv(%a, %w2, %b) : (tensor<1x2x4x4xf32>, tensor<4x2x1x1xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
    // after
    %t = quern.edge_transform %a {axis = 1 : i64, provenance = ["cross-layer-equalization"], scale = array<f32: 2.0, 0.5>,
                                  shift = array<f32: 0.0, 0.0>} : tensor<1x2x4x4xf32>
    %y = onnx.Conv(%t, %w2', %b) : (tensor<1x2x4x4xf32>, tensor<4x2x1x1xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
    ```
  }];
  let dependentDialects = ["::quern::onnx::ONNXDialect", "::quern::QuernDialect"];
}
