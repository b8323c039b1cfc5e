// RUN: quern-opt %s --split-input-file --quern-scheme-selection | FileCheck %s --implicit-check-not=quern.edge_transform --implicit-check-not='"auto"'

// C1: a sum reads the value too, here what it was moved from
// CHECK-LABEL: @residual
func.func @residual(%x: tensor<4x1x2xf32>) -> (tensor<4x2xf32>, tensor<4x1x2xf32>) {
  %none = onnx.NoValue() : () -> none
  %shape = onnx.Constant() {value = dense<[4, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [1.0e-4, -2.0e-4]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %g = onnx.Gelu(%x) {quern.ranges = [#quern.range<-0.17, 10.0>]} : (tensor<4x1x2xf32>) -> tensor<4x1x2xf32>
  %m = onnx.Reshape(%g, %shape) {
    quern.rows = [dense<[[0.013, 10.0], [1.27, 9.0], [0.77, -0.17], [-0.09, 9.5]]> : tensor<4x2xf32>],
    quern.channel_ranges = [#quern.channel_ranges<1, min = [-0.17, -0.17], max = [1.3, 10.0]>]} : (tensor<4x1x2xf32>, tensor<2xi64>) -> tensor<4x2xf32>
  %y = onnx.Gemm(%m, %w, %none) : (tensor<4x2xf32>, tensor<2x2xf32>, none) -> tensor<4x2xf32>
  return %y, %g : tensor<4x2xf32>, tensor<4x1x2xf32>
}

// -----

// C2: no rows
// CHECK-LABEL: @no_rows
func.func @no_rows(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [1.0e-4, -2.0e-4]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %g = onnx.Gelu(%x) {quern.ranges = [#quern.range<-0.17, 10.0>],
    quern.channel_ranges = [#quern.channel_ranges<1, min = [-0.17, -0.17], max = [1.3, 10.0]>]} : (tensor<4x2xf32>) -> tensor<4x2xf32>
  %y = onnx.Gemm(%g, %w, %none) : (tensor<4x2xf32>, tensor<2x2xf32>, none) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}
