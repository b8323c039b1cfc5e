// RUN: quern-opt %s --quern-channel-reparameterization | FileCheck %s
// RUN: quern-opt %s --quern-channel-reparameterization --quern-outlier-suppression-plus | FileCheck %s --check-prefix=ONCE
// RUN: quern-opt %s --quern-outlier-suppression-plus --quern-channel-reparameterization | FileCheck %s --check-prefix=OWNED

// Steps of 16 / 255 and 1 / 255 become one, with zero points 128 and -1275 of the range [5, 6]. The shifts are about the
// middles of the ranges less that of the codes.
// CHECK: quern.edge_transform
// CHECK-SAME: provenance = ["repq"]
// CHECK-SAME: quern.ranges = [#quern.range<{{.*}}, "auto">]
// CHECK-SAME: scale = array<f32: 1.88{{[0-9]*}}, 0.11{{[0-9]*}}>

// C4
// ONCE-COUNT-1: quern.edge_transform
// ONCE-NOT: quern.edge_transform
// OWNED: provenance = ["outlier-suppression-plus"]
// OWNED-NOT: repq
func.func @main(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %one = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [4.0, 32.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %n, %mean, %deviation = onnx.LayerNormalization(%x, %one, %none) {
    quern.rows = [dense<[[-8.0, 5.0], [8.0, 6.0], [1.23, 5.33], [-2.71, 5.81]]> : tensor<4x2xf32>, unit, unit],
    quern.channel_ranges = [#quern.channel_ranges<1, min = [-8.0, 5.0], max = [8.0, 6.0]>, unit, unit],
    quern.ranges = [#quern.range<-8.0, 8.0>, unit, unit]} : (tensor<4x2xf32>, tensor<2xf32>, none) -> (tensor<4x2xf32>, none, none)
  %y = onnx.Gemm(%n, %w, %none) : (tensor<4x2xf32>, tensor<2x2xf32>, none) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}
