// Rows go with the values that they were sampled from, and the observer that chose a range chooses it again from the mapped rows;
// without an observer, or for min-max, the channels' own extremes are it.
// RUN: quern-opt %s --quern-smooth-activations=alpha=0.5 --split-input-file | FileCheck %s
// RUN: quern-opt %s --quern-smooth-activations=alpha=0.5 --quern-fold-edge-transforms --split-input-file | FileCheck %s --check-prefix=FOLD

// CHECK: quern.edge_transform
// CHECK-SAME: quern.half_ranges = {{\[\[}}#quern.channel_ranges<1, min = [1.000000e+00, 0.000000e+00], max = [4.000000e+00, 2.000000e+00]>, #quern.channel_ranges<1, min = [0.000000e+00, 1.000000e+00], max = [2.000000e+00, 1.000000e+00]>]]
// CHECK-SAME: quern.ranges = [#quern.range<0.000000e+00, 2.000000e+00, "mse">]
// CHECK-SAME: quern.rows = [dense<{{\[\[}}1.000000e+00, 2.000000e+00], [2.000000e+00, 1.000000e+00]]> : tensor<2x2xf32>]
// CHECK-SAME: scale = array<f32: 4.000000e+00, 5.000000e-01>
// FOLD: onnx.LayerNormalization
// FOLD-SAME: quern.ranges = [#quern.range<0.000000e+00, 2.000000e+00, "mse">, unit, unit]
// FOLD-SAME: quern.rows = [dense<{{\[\[}}1.000000e+00, 2.000000e+00], [2.000000e+00, 1.000000e+00]]> : tensor<2x2xf32>, unit, unit]
func.func @main(%x: tensor<8x2xf32>) -> tensor<8x2xf32> {
  %one = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [4.0, 1.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %n, %mean, %deviation = onnx.LayerNormalization(%x, %one, %none) {quern.channel_ranges = [#quern.channel_ranges<1, min = [0.0, 0.0], max = [16.0, 1.0]>, unit, unit], quern.half_ranges = [[#quern.channel_ranges<1, min = [4.0, 0.0], max = [16.0, 1.0]>, #quern.channel_ranges<1, min = [0.0, 0.5], max = [8.0, 0.5]>], unit, unit], quern.ranges = [#quern.range<0.0, 16.0, "mse">, unit, unit], quern.rows = [dense<[[4.0, 1.0], [8.0, 0.5]]> : tensor<2x2xf32>, unit, unit]} : (tensor<8x2xf32>, tensor<2xf32>, none) -> (tensor<8x2xf32>, none, none)
  %y = onnx.Gemm(%n, %w, %none) : (tensor<8x2xf32>, tensor<2x2xf32>, none) -> tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// -----

// CHECK: quern.edge_transform
// CHECK-SAME: quern.ranges = [#quern.range<0.000000e+00, 4.000000e+00, "transformed">]
// FOLD: onnx.LayerNormalization
// FOLD-SAME: quern.ranges = [#quern.range<0.000000e+00, 4.000000e+00, "transformed">, unit, unit]
func.func @main(%x: tensor<8x2xf32>) -> tensor<8x2xf32> {
  %one = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [4.0, 1.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %n, %mean, %deviation = onnx.LayerNormalization(%x, %one, %none) {quern.channel_ranges = [#quern.channel_ranges<1, min = [0.0, 0.0], max = [16.0, 1.0]>, unit, unit], quern.ranges = [#quern.range<0.0, 16.0, "min-max">, unit, unit], quern.rows = [dense<[[4.0, 1.0], [8.0, 0.5]]> : tensor<2x2xf32>, unit, unit]} : (tensor<8x2xf32>, tensor<2xf32>, none) -> (tensor<8x2xf32>, none, none)
  %y = onnx.Gemm(%n, %w, %none) : (tensor<8x2xf32>, tensor<2x2xf32>, none) -> tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}
