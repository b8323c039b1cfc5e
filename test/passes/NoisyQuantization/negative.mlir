// RUN: quern-opt %s --split-input-file --quern-noisy-quantization | FileCheck %s --implicit-check-not=quern.edge_transform

// C2: no rows
// CHECK-LABEL: @no_rows
func.func @no_rows(%x: tensor<5x2xf32>) -> tensor<5x2xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [0.25, 2.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %g = onnx.Gelu(%x) {quern.ranges = [#quern.range<0.0, 15.9375>]} : (tensor<5x2xf32>) -> tensor<5x2xf32>
  %y = onnx.Gemm(%g, %w, %none) : (tensor<5x2xf32>, tensor<2x2xf32>, none) -> tensor<5x2xf32>
  return %y : tensor<5x2xf32>
}

// -----

// C3: activations that stay float
// CHECK-LABEL: @weights_only
func.func @weights_only(%x: tensor<2x2xf32>) -> tensor<2x2xf32>
    attributes {quern.precision = #quern.precision<weights = <s8, channel, symmetric>>} {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [0.25, 2.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %g = onnx.Gelu(%x) {quern.rows = [dense<[[0.09375, 0.21875], [3.03125, 1.09375]]> : tensor<2x2xf32>],
    quern.ranges = [#quern.range<0.0, 15.9375>]} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %y = onnx.Gemm(%g, %w, %none) : (tensor<2x2xf32>, tensor<2x2xf32>, none) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// -----

// Values on codes: noise can only harm, and no Add is worth it.
// CHECK-LABEL: @on_codes
func.func @on_codes(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %g = onnx.Gelu(%x) {quern.rows = [dense<[[0.0625, 0.25], [3.0, 1.125]]> : tensor<2x2xf32>],
    quern.ranges = [#quern.range<0.0, 15.9375>]} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %y = onnx.Gemm(%g, %w, %none) : (tensor<2x2xf32>, tensor<2x2xf32>, none) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}
