// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def ChannelReparameterization : Pass<"quern-channel-reparameterization", "mlir::func::FuncOp"> {
  let summary = "RepQ: quantize a normalization per channel, and have norm and weights make one scale of it";
  let description = [{
    For each edge behind a normalization, each channel c is given codes of its own, (s_c, z_c) of its range from calibration; with
    s~ = mean s_c and z~ = round(mean z_c), clamped to the codes,

        r_c = s_c / s~,   x' = (x - s_c (z~ - z_c)) / r_c

    has the same codes by the one quantizer (s~, z~): rhe(x' / s~) + z~ = rhe(x / s_c) + z_c, before clamping and after, because z~ is an
    integer. The norm produces x' and the weights take in the inverse, so what runs has one scale. The range of x' becomes the reals of
    (s~, z~)'s codes, as a search's choice, so that this very quantizer is what runs.

    Ranges are tried as they are and narrowed about their middles to 95, 90, 80, 70, 60 and 50 %, each also with the widest channels
    clipped to 1, 2 and 3 standard deviations above the mean width, so that a few channels do not blow up the weights. Kept is what
    gives the consumers' outputs the least error on the edge's rows (passes/EdgeTransforms/OutputError.h), or the edge as it was.

    Where no shift can be folded (RMSNorm), and for symmetric codes, all channels have the zero point of the whole tensor, and the
    scales alone differ.

    Constraints (else the edge stays as it is):
    - (C1) the edge's value is the result of LayerNormalization or RMSNormalization
    - (C2) the channels' ranges (`quern.channel_ranges`) and rows (`quern.rows`) are known
    - (C3) the producer can take the map (quern-fold-edge-transforms)
    - (C4) no method that owns scales has transformed the edge: it and outlier-suppression-plus, which also set both scale and
      shift, exclude each other
    - (C5) activations are to be static codes

    Source: Li et al., "RepQ-ViT: Scale Reparameterization for Post-Training Quantization of Vision Transformers", ICCV 2023, which leaves
    z~ fractional; clipping of wide channels: Ranjan and Savakis, "LRP-QViT", 2024, whose rule is not stated there: this one is ours.

    ```mlir
    // before
    %y = onnx.Gemm(%x, %w, %none) : (tensor<8x2xf32>, tensor<2x3xf32>, none) -> tensor<8x3xf32>
    // after, with w' = diag(r) w and b = w^T z
    %t = quern.edge_transform %x {axis = 1 : i64, provenance = ["repq"], quern.ranges = [#quern.range<-2.0, 1.984375, "auto">],
                                  scale = array<f32: 0.5, 1.5>, shift = array<f32: 0.5, 1.0>} : tensor<8x2xf32>
    %y = onnx.Gemm(%t, %w', %b) : (tensor<8x2xf32>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<8x3xf32>
    ```
  }];
  let dependentDialects = ["::quern::onnx::ONNXDialect", "::quern::QuernDialect"];
}
