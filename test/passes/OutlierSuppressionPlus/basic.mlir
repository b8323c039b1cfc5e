// RUN: quern-opt %s --quern-outlier-suppression-plus | FileCheck %s

// The middles are the shifts; the bias takes W z = [1 * -4 + 4 * 0.5, 0.5 * -4 + 1 * 0.5].
// CHECK: quern.edge_transform
// CHECK-SAME: shift = array<f32: -4.000000e+00, 5.000000e-01>
// CHECK: dense<[-2.000000e+00, -1.500000e+00]>
// CHECK: onnx.Gemm
func.func @main(%x: tensor<8x2xf32>) -> tensor<8x2xf32> {
  %one = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [4.0, 1.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %n, %mean, %deviation = onnx.LayerNormalization(%x, %one, %none) {quern.channel_ranges = [#quern.channel_ranges<1, min = [-16.0, 0.0], max = [8.0, 1.0]>, unit, unit], quern.ranges = [#quern.range<-16.0, 8.0>, unit, unit]} : (tensor<8x2xf32>, tensor<2xf32>, none) -> (tensor<8x2xf32>, none, none)
  %y = onnx.Gemm(%n, %w, %none) : (tensor<8x2xf32>, tensor<2x2xf32>, none) -> tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}
