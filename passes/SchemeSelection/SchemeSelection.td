// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def SchemeSelection : Pass<"quern-scheme-selection", "mlir::func::FuncOp"> {
  let summary = "Q-HyViT: choose granularity, scheme and clipping of each edge by the error of its readers";
  let description = [{
    For each edge four alternatives are measured, each with its ranges made f = 0.50, 0.51, ... 1.20 times as long (every tenth first, then
    nearer about the best):

    - symmetric per layer:     s = f max |x| / 127, 0 in the middle of the codes
    - asymmetric per layer:    s = f (max - min) / 255 of a range that holds 0, z = round(-f min / s)
    - symmetric per channel:   the same as the first with one scale for each channel c, of which the norm (or what else produces the edge)
                               and the readers' weights make one: x' = x s~ / s_c
    - asymmetric per channel:  a scale and a zero point for each channel, made one by scale and shift (quern-channel-reparameterization)

    Kept is the one with the least error of the readers' outputs on the edge's rows (passes/EdgeTransforms/OutputError.h), or the edge as it was, so
    the choice is never worse than any of them. The codes become the value's range, as a search's choice.

    A range far from 0 wants a zero point beyond the codes: clamping it would shift the range without a word. It is found, told (a
    remark), and the range widened to hold 0; per channel no harm is done, since there the zero point is a shift.

    Constraints (else the edge stays as it is):
    - (C1) nothing but products reads the value, nor anything from which it is only moved: their error is what is measured
    - (C2) the channels' ranges (`quern.channel_ranges`) and rows (`quern.rows`) are known
    - (C3) activations are to be static codes; symmetric ones have the symmetric alternatives only
    - (C4) alternatives per channel: the producer can take the map (quern-fold-edge-transforms), and no method that owns scales has
      transformed the edge. With one scale the method may follow any other

    Source: Lee et al., "Q-HyViT: Post-Training Quantization of Hybrid Vision Transformers with Bridge Block Reconstruction", 2023. It weighs
    errors by gradients of the task's loss; here they count alike, and the unit is the edge with its readers.

    ```mlir
    // before
    %y = onnx.Gemm(%x, %w, %b) : (tensor<8x2xf32>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<8x3xf32>
    // after: %x's op has quern.ranges = [#quern.range<-2.0, 1.984375, "auto">], or
    %t = quern.edge_transform %x {axis = 1 : i64, provenance = ["q-hyvit"], quern.ranges = [#quern.range<-2.0, 1.984375, "auto">],
                                  scale = array<f32: 0.5, 1.5>, shift = array<f32: 0.0, 0.0>} : tensor<8x2xf32>
    %y = onnx.Gemm(%t, %w', %b) : (tensor<8x2xf32>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<8x3xf32>
    ```
  }];
  let dependentDialects = ["::quern::onnx::ONNXDialect", "::quern::QuernDialect"];
}
