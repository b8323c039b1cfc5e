// The inverse is in the weight, so that the function of the graph stays, and a second method leaves the edge alone (T4).
// RUN: quern-opt %s --quern-smooth-activations=alpha=0.5 | FileCheck %s
// RUN: quern-opt %s --quern-smooth-activations=alpha=0.5 --quern-smooth-activations=alpha=0.5 | FileCheck %s
// RUN: quern-opt %s --quern-smooth-activations=alpha=0 | FileCheck %s --check-prefix=ZERO
// RUN: quern-opt %s --quern-stage-transform=methods=smoothquant | FileCheck %s --check-prefix=STAGE
// RUN: not quern-opt %s --quern-smooth-activations=alpha=2 2>&1 | FileCheck %s --check-prefix=ALPHA
// ALPHA: expected alpha to be at most 1, got 2

// s = sqrt(a / w) = sqrt([16 / 1, 1 / 4]); then max|x'| = max|W'| = sqrt(a w) = [4, 2].
// CHECK: %[[N:.*]], %{{.*}}, %{{.*}} = onnx.LayerNormalization
// CHECK: quern.edge_transform %[[N]] {axis = 1 : i64, provenance = ["smoothquant"], quern.channel_ranges = [#quern.channel_ranges<1, min = [-4.000000e+00, 0.000000e+00], max = [2.000000e+00, 2.000000e+00]>], quern.ranges = [#quern.range<-4.000000e+00, 2.000000e+00, "transformed">], scale = array<f32: 4.000000e+00, 5.000000e-01>, shift = array<f32: 0.000000e+00, 0.000000e+00>}
// CHECK-NOT: quern.edge_transform
// CHECK: onnx.Constant() {value = dense<{{\[\[}}4.000000e+00, 2.000000e+00], [2.000000e+00, 5.000000e-01]]>
// CHECK: onnx.Gemm
// CHECK-SAME: quern.transformed_by = ["smoothquant"]

// alpha = 0: all largest weights are 1.
// ZERO: quern.edge_transform
// ZERO-SAME: scale = array<f32: 1.000000e+00, 2.500000e-01>
// ZERO: dense<{{\[\[}}1.000000e+00, 5.000000e-01], [1.000000e+00, 2.500000e-01]]>

// STAGE-NOT: quern.edge_transform
// STAGE: onnx.LayerNormalization
// STAGE-SAME: quern.transformed_by = ["smoothquant"]
func.func @main(%x: tensor<8x2xf32>) -> tensor<8x2xf32> {
  %one = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [4.0, 1.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %n, %mean, %deviation = onnx.LayerNormalization(%x, %one, %none) {quern.channel_ranges = [#quern.channel_ranges<1, min = [-16.0, 0.0], max = [8.0, 1.0]>, unit, unit], quern.ranges = [#quern.range<-16.0, 8.0>, unit, unit]} : (tensor<8x2xf32>, tensor<2xf32>, none) -> (tensor<8x2xf32>, none, none)
  %y = onnx.Gemm(%n, %w, %none) : (tensor<8x2xf32>, tensor<2x2xf32>, none) -> tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}
