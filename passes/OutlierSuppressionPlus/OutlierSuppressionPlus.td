// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def OutlierSuppressionPlus : Pass<"quern-outlier-suppression-plus", "mlir::func::FuncOp"> {
  let summary = "Outlier Suppression+: center channels, and shrink those that stick out";
  let description = [{
    For each edge and its channels j with range [l_j, h_j] from calibration:

        z_j = (h_j + l_j) / 2,   s_j = max(1, max |x_j - z_j| / t)

    The shift halves each channel's absolute range to (h_j - l_j) / 2; then every transformed channel lies in [-t, t], and channels
    that did already stay as they are. One t serves all channels: T, T - T/100, ..., T/100 with T = max |x - z| are tried, and the one
    is kept, or the identity, for which the consumers' outputs have the least error: measured on rows of the edge that
    had no part in the candidate (passes/EdgeTransforms/UnseenError.h), since channels that all fill the range leave it with the next
    sample; or estimated from ranges where rows are not known (QuantizationLoss.h). z = 0 where the producer or a consumer cannot
    take a shift: RMSNorm, padded convolutions.

    Constraints (else the edge stays as it is):
    - (C1) the channels' ranges (`quern.channel_ranges`) or rows (`quern.rows`) are known
    - (C2) the producer can take the map (quern-fold-edge-transforms), or `explicit` is set, z = 0, and the loss falls to
      less than half
    - (C3) no method that owns scales has transformed the edge

    ```mlir
    // before
    %y = onnx.Gemm(%x, %w, %none) : (tensor<8x2xf32>, tensor<2x3xf32>, none) -> tensor<8x3xf32>
    // after, with w' = diag(s) w and b = w^T z
    %t = quern.edge_transform %x {axis = 1 : i64, provenance = ["outlier-suppression-plus"], scale = array<f32: 1.0, 4.0>,
                                  shift = array<f32: 0.5, 1.0>} : tensor<8x2xf32>
    %y = onnx.Gemm(%t, %w', %b) : (tensor<8x2xf32>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<8x3xf32>
    ```
  }];
  let options = [
    Option<"allowExplicit", "explicit", "bool", "true", "Also where a multiplication must remain">];
  let dependentDialects = ["::quern::onnx::ONNXDialect", "::quern::QuernDialect"];
}
