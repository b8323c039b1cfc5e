// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def InsertQuantization : Pass<"quern-insert-quantization", "mlir::func::FuncOp"> {
  let summary = "Put quantize and dequantize on the edges of ops that compute on integers";
  let description = [{
    A value x of range [min, max], widened to hold 0, gets codes of `bits` b by

        asymmetric:  s = (max - min) / (2^b - 1),          z = clamp(q_min + rhe(-min / s))
        symmetric:   s = max(|min|, |max|) / (2^(b-1) - 1),  z = the middle code

    in f32, and `quern.dequantize(quern.quantize(x))` takes its place. Which values:

    - the activations of each op with `quern.precision`, and the results of those that produce codes only: sums,
      products, means and movements. A contraction, a softmax or a table can also end in f32, so their results are
      quantized only where an op with integers uses them: the last result of a model stays as exact as it can be;
    - not the value between such an op and a Relu or Clip that is its only user: the requantization absorbs the clamp;
    - once per value. What an integer op produces reaches all users through the one pair; a value that exists as f32
      anyway is quantized for integer users only;
    - all sides of a movement (Reshape, Concat, MaxPool, ...) share one scale, over the union of their ranges;
    - constants become codes here and now;
    - the activation of an op with dynamic rows, and the first of two activations where the op has `quern.row_scales`, passes
      `quern.dequantize_rows(quern.dynamic_quantize(x))`, once per value.

    ```mlir
    // before
    %1 = onnx.Conv(%0, %w, %b) {quern.precision = ...} : ...
    %2 = onnx.Relu(%1) {quern.precision = ...} : ...
    // after
    %q = quern.quantize %0 : tensor<1x3x8x8xf32> -> tensor<1x3x8x8x!quant.uniform<u8:f32, 0.01:12>>
    %d = quern.dequantize %q : ...
    %1 = onnx.Conv(%d, %w, %b) ...
    %2 = onnx.Relu(%1) ...
    ```
  }];
  let dependentDialects = ["::quern::QuernDialect", "::quern::onnx::ONNXDialect", "::mlir::quant::QuantDialect"];
}
