// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def SmoothActivations : Pass<"quern-smooth-activations", "mlir::func::FuncOp"> {
  let summary = "SmoothQuant: share the difficulty of quantization between activations and weights";
  let description = [{
    For each edge and its channels j, with a_j = max |x_j| from calibration and w_j = max |W_oj| over all consumers:

        s_j = max(a_j^alpha / w_j^(1 - alpha), 1e-5),   z = 0

    Then max |x'_j| = a_j^(1 - alpha) w_j^(1 - alpha) and max |W'_j| = a_j^alpha w_j^alpha: alpha = 0 leaves the ranges to the
    activations, alpha = 1 to the weights. With a negative `alpha`, the default, it is searched for each edge: 0, 0.05, ..., 1 and
    the identity, by the error of the consumers' outputs with both operands quantized: measured on rows of the edge that had no part
    in the candidate (passes/EdgeTransforms/UnseenError.h), or estimated from ranges where rows are not known (QuantizationLoss.h).
    The loss never exceeds that of the identity. Because the error of W8A8 depends on the ratios of the s_j only, they are not normalized.

    Products of two computed values, as of queries and keys, share it too, where both are to be quantized and both can take a
    scale: (A / s) (B s) = A B, with w_j = max |B_j|. Query heads that share keys and rotated pairs have one s (tied). The search
    is over the same alphas, by the expected error of the product (Smoothing.h), which must fall to less than half: behind a rotation
    ranges are estimated from then on.

    Constraints (else the edge stays as it is):
    - (C1) the channels' ranges (`quern.channel_ranges`) or rows (`quern.rows`) are known
    - (C2) the producer can take the scale (quern-fold-edge-transforms), or `explicit` is set and the loss falls to
      less than half
    - (C3) no method that owns scales has transformed the edge

    ```mlir
    // before
    %y = onnx.MatMul(%x, %w) : (tensor<8x2xf32>, tensor<2x3xf32>) -> tensor<8x3xf32>
    // after, with w' = diag(s) w
    %t = quern.edge_transform %x {axis = 1 : i64, provenance = ["smoothquant"], scale = array<f32: 2.0, 4.0>,
                                  shift = array<f32: 0.0, 0.0>} : tensor<8x2xf32>
    %y = onnx.MatMul(%t, %w') : (tensor<8x2xf32>, tensor<2x3xf32>) -> tensor<8x3xf32>
    ```
  }];
  let options = [
    Option<"alpha", "alpha", "double", "-1.0", "Share of the difficulty that goes to the weights, 0 to 1; negative: searched per edge">,
    Option<"allowExplicit", "explicit", "bool", "true", "Also where a multiplication must remain">];
  let dependentDialects = ["::quern::onnx::ONNXDialect", "::quern::QuernDialect"];
}
