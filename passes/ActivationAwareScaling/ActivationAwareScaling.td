// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def ActivationAwareScaling : Pass<"quern-activation-aware-scaling", "mlir::func::FuncOp"> {
  let summary = "AWQ: scale up the weights that large activations meet";
  let description = [{
    For each edge and its channels j, with m_j = E|x_j| over its rows, and r = 0, 1/20, ... 19/20:

        s = max(m^r, 1e-4),   s <- s / sqrt(max s * min s),   z = 0

    The r is kept for which the outputs of all consumers change least when their weights are codes of the planned bits and groups
    (passes/EdgeTransforms/OutputError.h); ties keep the first, and r = 0 is the identity, so the error is never above that of
    rounding to nearest. The statistic is the mean, where SmoothQuant's is the largest. What the reference calls the clip search
    comes after scales, with the codes (quern-round-weights, option `clamp`), and passes projections of queries and keys over.

    Constraints (else the edge stays as it is):
    - (C1) the function's `quern.precision` leaves activations float, and the edge's rows are known (`quern.rows`)
    - (C2) the producer can take the scale (quern-fold-edge-transforms), or `explicit` is set and the loss falls to
      less than half
    - (C3) no method that owns scales has transformed the edge

    ```mlir
    // before
    %y = onnx.MatMul(%x, %w) : (tensor<8x2xf32>, tensor<2x3xf32>) -> tensor<8x3xf32>
    // after, with w' = diag(s) w
    %t = quern.edge_transform %x {axis = 1 : i64, provenance = ["awq"], scale = array<f32: 2.0, 0.5>,
                                  shift = array<f32: 0.0, 0.0>} : tensor<8x2xf32>
    %y = onnx.MatMul(%t, %w') : (tensor<8x2xf32>, tensor<2x3xf32>) -> tensor<8x3xf32>
    ```
  }];
  let options = [
    Option<"allowExplicit", "explicit", "bool", "true", "Also where a multiplication must remain">];
  let dependentDialects = ["::quern::onnx::ONNXDialect", "::quern::QuernDialect"];
}
