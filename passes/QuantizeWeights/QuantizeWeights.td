// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def QuantizeWeights : Pass<"quern-quantize-weights", "mlir::func::FuncOp"> {
  let summary = "Turn constant weights and biases into codes";
  let description = [{
    For each channel c (or the whole tensor) of a weight w, with activations of scale s_a and bias b:

        s_w = max(max |w_c| / (2^(bits-1) - 1), max |b_c| / (s_a * 2^30))
        w_q = clamp(rhe(w / s_w), -(2^(bits-1) - 1), 2^(bits-1) - 1)
        b_q = clamp(rhe(b / f32(s_a * s_w)))   in i32

    The second bound of s_w leaves half of the i32 accumulator to the products; channels of zeros get scale 1.
    Asymmetric weights have s_w and z_w of the formula below instead, over their channel. Then

        max |q_a - z_a| * sum |w_q - z_w| + |b_q| <= 2^31 - 1

    holds for each channel, or the node is refused. `alpha` and `beta` of a Gemm are folded into w and b beforehand.
    Where activations stay float, or where there are several groups in a column, the matrix w of a product x * w is
    coded in groups g of consecutive rows of a column, the last of which may be shorter, and the bias is left alone:

        symmetric:  s = max |w_g| / (2^(bits-1) - 1),   w_q = clamp(rhe(w / s))
        asymmetric: s = (max w_g - min w_g) / (2^bits - 1),  z = rhe(-min w_g / s),  w_q = clamp(rhe(w / s) + z)

    with 0 within [min, max]. Groups become blocks of a sub-channel type; where they do not divide the rows, the blocks
    are the largest parts of groups that do.

    Weights and biases that are not finite are refused by the node's name. The weight is dequantized per axis (per
    tensor), so the function stays a float graph.

    ```mlir
    // before
    %y = onnx.Conv(%x, %w, %b) {quern.precision = ...} : ...
    // after
    %0 = onnx.Constant() {value = dense<...> : tensor<8x3x3x3xi8>} : () -> tensor<8x3x3x3xi8>
    %1 = quant.scast %0 : tensor<8x3x3x3xi8> to tensor<8x3x3x3x!quant.uniform<i8<-127:127>:f32:0, {...}>>
    %2 = quern.dequantize %1 : ...
    %y = onnx.Conv(%x, %2, %5) {quern.precision = ...} : ...      // %5 likewise, from i32
    ```
  }];
  let dependentDialects = ["::quern::QuernDialect", "::quern::onnx::ONNXDialect",
                           "::mlir::quant::QuantDialect"];
}
