// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def FoldEdgeTransforms : Pass<"quern-fold-edge-transforms", "mlir::func::FuncOp"> {
  let summary = "Move scales and shifts of channels into what produces the channels";
  let description = [{
    Removes each quern.edge_transform y = (x - z) / s by having x produced transformed. Where nothing can take it, it is
    written as Mul and Add, and a remark tells what that costs; where the scale can be taken and the shift cannot, y = x / s - z / s
    leaves an Add. An Add alone stays float: codes before it would lose what it adds. Chains of transforms are composed first:

        ((x - z1) / s1 - z2) / s2 = (x - (z1 + s1 z2)) / (s1 s2)

    What takes a map (ops say so themselves, ChannelTransformOpInterface; every constant is computed in double and rounded
    once):

    | x is | what changes |
    |---|---|
    | Conv, Gemm | W_c / s_c, (b_c - z_c) / s_c |
    | MatMul | W_c / s_c; z = 0 |
    | LayerNormalization | scale / s, (bias - z) / s |
    | RMSNormalization | scale / s; z = 0 |
    | u + constant | u / s, (constant - z) / s; so the tail gamma * n + beta of a decomposed normalization too |
    | u * v | one of u / s, v / s; z = 0: the constant one, else the one that can (the linear branch of a gated MLP) |
    | Relu, LeakyRelu, PRelu, pools | their input / s; z = 0 |
    | Clip, Max, Min | their input and constant bounds / s; z = 0. A Clip, whose bounds are scalars, becomes Relu or Max, and Min |
    | Transpose, Reshape, Expand, Gather, Slice, Concat, Neg | their input, wherever the channels lie in it |
    | P V of computed values (attention) | V / s: P mixes rows, not channels; z = 0 |
    | a cos + R(a) sin, a rotation of pairs (R is a Gather, or Concat of Slices) | a / s; z = 0 |

    Channels may spread over several axes (heads), and several channels may be one number behind the fold: query heads that
    share a value head, the two channels of a rotated pair. These are tied: they must have one s and z.

    Constraints (else the op becomes Mul and Add):
    - (C1) x, and every value on the way to the constants, has no reader off the way
    - (C2) the constants are plain f32: what arrived quantized stays as it is
    - (C3) an op on the way lets the map pass: one side of a residual sum, GELU, SiLU and sigmoid do not
    - (C4) tied channels have one map

    Ranges of the values on the way are transformed with them (`quern.ranges`, `quern.channel_ranges`); ops whose constants
    changed name the methods in `quern.transformed_by`.

    ```mlir
    // before
    %x = onnx.Mul(%n, %gamma) : (tensor<8x2xf32>, tensor<2xf32>) -> tensor<8x2xf32>
    %y = quern.edge_transform %x {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 0.0, 0.0>} : tensor<8x2xf32>
    // after, with gamma' = gamma / [2, 4]
    %y = onnx.Mul(%n, %gamma') : (tensor<8x2xf32>, tensor<2xf32>) -> tensor<8x2xf32>
    ```
  }];
  let dependentDialects = ["::quern::onnx::ONNXDialect", "::quern::QuernDialect"];
}
