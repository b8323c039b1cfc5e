// RUN: quern-opt %s --split-input-file --quern-scheme-selection 2>%t.remarks | FileCheck %s
// RUN: FileCheck %s --check-prefix=TOLD < %t.remarks

// All values lie far from 0, behind a norm that can take a shift: a scale and a zero point for each channel.
// TOLD: reads values from 5.000000e+00 to 6.000000e+00, whose codes would want zero point -1275, beyond 0 to 255
// TOLD-NOT: reads values
// TOLD: q-hyvit: codes of edges: 1 asymmetric per channel
// CHECK-LABEL: @norm
// CHECK: quern.edge_transform
// CHECK-SAME: provenance = ["q-hyvit"]
// CHECK-SAME: quern.ranges = [#quern.range<0.000000e+00, 1.0{{[0-9]*}}, "auto">]
func.func @norm(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %one = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [4.0, 32.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %n, %mean, %deviation = onnx.LayerNormalization(%x, %one, %none) {
    quern.rows = [dense<[[5.0, 5.02], [6.0, 5.98], [5.23, 5.33], [5.71, 5.81]]> : tensor<4x2xf32>, unit, unit],
    quern.channel_ranges = [#quern.channel_ranges<1, min = [5.0, 5.0], max = [6.0, 6.0]>, unit, unit],
    quern.ranges = [#quern.range<5.0, 6.0>, unit, unit]} : (tensor<4x2xf32>, tensor<2xf32>, none) -> (tensor<4x2xf32>, none, none)
  %y = onnx.Gemm(%n, %w, %none) : (tensor<4x2xf32>, tensor<2x2xf32>, none) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// -----

// An outlier that the weights hardly read is clipped; the value is moved first, and both have the codes.
// TOLD: q-hyvit: codes of edges: 1 {{a?}}symmetric per layer
// CHECK-LABEL: @moved
// CHECK: onnx.Gelu{{.*}}quern.ranges = [#quern.range<[[LOW:[-+.0-9e]+]], [[HIGH:[5-9][.][0-9e+]+]], "auto">]
// CHECK: onnx.Reshape{{.*}}quern.ranges = [#quern.range<[[LOW]], [[HIGH]], "auto">]
// CHECK-NOT: quern.edge_transform
func.func @moved(%x: tensor<4x1x2xf32>) -> tensor<4x2xf32> {
  %none = onnx.NoValue() : () -> none
  %shape = onnx.Constant() {value = dense<[4, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [1.0e-4, -2.0e-4]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %g = onnx.Gelu(%x) {quern.ranges = [#quern.range<-0.17, 10.0>]} : (tensor<4x1x2xf32>) -> tensor<4x1x2xf32>
  %m = onnx.Reshape(%g, %shape) {
    quern.rows = [dense<[[0.013, 10.0], [1.27, 9.0], [0.77, -0.17], [-0.09, 9.5]]> : tensor<4x2xf32>],
    quern.channel_ranges = [#quern.channel_ranges<1, min = [-0.17, -0.17], max = [1.3, 10.0]>]} : (tensor<4x1x2xf32>, tensor<2xi64>) -> tensor<4x2xf32>
  %y = onnx.Gemm(%m, %w, %none) : (tensor<4x2xf32>, tensor<2x2xf32>, none) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}
