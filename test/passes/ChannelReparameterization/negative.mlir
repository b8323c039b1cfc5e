// RUN: quern-opt %s --split-input-file --quern-channel-reparameterization | FileCheck %s --implicit-check-not=quern.edge_transform

// C1: no norm
// CHECK-LABEL: @sum
func.func @sum(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %one = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [4.0, 32.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %n = onnx.Mul(%x, %one) {
    quern.rows = [dense<[[-8.0, 5.0], [8.0, 6.0], [1.23, 5.33], [-2.71, 5.81]]> : tensor<4x2xf32>],
    quern.channel_ranges = [#quern.channel_ranges<1, min = [-8.0, 5.0], max = [8.0, 6.0]>],
    quern.ranges = [#quern.range<-8.0, 8.0>]} : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  %y = onnx.MatMul(%n, %w) : (tensor<4x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// -----

// C2: no rows
// CHECK-LABEL: @ranges_alone
func.func @ranges_alone(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %one = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [4.0, 32.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %n, %mean, %deviation = onnx.LayerNormalization(%x, %one, %none) {
    quern.channel_ranges = [#quern.channel_ranges<1, min = [-8.0, 5.0], max = [8.0, 6.0]>, unit, unit],
    quern.ranges = [#quern.range<-8.0, 8.0>, unit, unit]} : (tensor<4x2xf32>, tensor<2xf32>, none) -> (tensor<4x2xf32>, none, none)
  %y = onnx.Gemm(%n, %w, %none) : (tensor<4x2xf32>, tensor<2x2xf32>, none) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// -----

// C3: the norm has another reader
// CHECK-LABEL: @residual
func.func @residual(%x: tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>) {
  %one = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [4.0, 32.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %n, %mean, %deviation = onnx.LayerNormalization(%x, %one, %none) {
    quern.rows = [dense<[[-8.0, 5.0], [8.0, 6.0], [1.23, 5.33], [-2.71, 5.81]]> : tensor<4x2xf32>, unit, unit],
    quern.channel_ranges = [#quern.channel_ranges<1, min = [-8.0, 5.0], max = [8.0, 6.0]>, unit, unit],
    quern.ranges = [#quern.range<-8.0, 8.0>, unit, unit]} : (tensor<4x2xf32>, tensor<2xf32>, none) -> (tensor<4x2xf32>, none, none)
  %y = onnx.Gemm(%n, %w, %none) : (tensor<4x2xf32>, tensor<2x2xf32>, none) -> tensor<4x2xf32>
  return %y, %n : tensor<4x2xf32>, tensor<4x2xf32>
}
