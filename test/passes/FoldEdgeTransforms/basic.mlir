// RUN: quern-opt %s --quern-fold-edge-transforms --split-input-file | FileCheck %s

// The affine tail of a normalization, behind a reshape.
// CHECK-LABEL: func.func @tail
// CHECK: %[[GAMMA:.*]] = onnx.Constant() {value = dense<[1.000000e+00, 5.000000e-01]> : tensor<2xf32>}
// CHECK: %[[M:.*]] = onnx.Mul(%arg0, %[[GAMMA]])
// CHECK-SAME: quern.transformed_by = ["smoothquant"]
// CHECK: %[[BETA:.*]] = onnx.Constant() {value = dense<[1.000000e+00, 2.500000e-01]> : tensor<2xf32>}
// CHECK: %[[A:.*]] = onnx.Add(%[[M]], %[[BETA]])
// CHECK: %[[R:.*]] = onnx.Reshape(%[[A]],
// CHECK: return %[[R]]
func.func @tail(%n: tensor<1x8x2xf32>) -> tensor<8x2xf32> {
  %gamma = onnx.Constant() {value = dense<2.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %beta = onnx.Constant() {value = dense<[2.0, 2.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %shape = onnx.Constant() {value = dense<[8, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %m = onnx.Mul(%n, %gamma) : (tensor<1x8x2xf32>, tensor<2xf32>) -> tensor<1x8x2xf32>
  %a = onnx.Add(%m, %beta) : (tensor<1x8x2xf32>, tensor<2xf32>) -> tensor<1x8x2xf32>
  %r = onnx.Reshape(%a, %shape) : (tensor<1x8x2xf32>, tensor<2xi64>) -> tensor<8x2xf32>
  %y = quern.edge_transform %r {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 0.0, 1.0>, provenance = ["smoothquant"]} : tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// -----

// CHECK-LABEL: func.func @layer_normalization
// CHECK-DAG: %[[S:.*]] = onnx.Constant() {value = dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>}
// CHECK-DAG: %[[B:.*]] = onnx.Constant() {value = dense<[-5.000000e-01, 2.500000e-01]> : tensor<2xf32>}
// CHECK: onnx.LayerNormalization(%arg0, %[[S]], %[[B]])
// CHECK-NOT: quern.edge_transform
func.func @layer_normalization(%x: tensor<8x2xf32>) -> tensor<8x2xf32> {
  %s = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %none = onnx.NoValue() : () -> none
  %n, %mean, %deviation = onnx.LayerNormalization(%x, %s, %none) : (tensor<8x2xf32>, tensor<2xf32>, none) -> (tensor<8x2xf32>, none, none)
  %y = quern.edge_transform %n {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 1.0, -1.0>} : tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// -----

// Through Relu into the rows of a convolution; ranges follow.
// CHECK-LABEL: func.func @convolution
// CHECK-DAG: %[[W:.*]] = onnx.Constant() {value = dense<{{\[\[\[\[}}5.000000e-01]]], {{\[\[\[}}2.500000e-01]]]]> : tensor<2x1x1x1xf32>}
// CHECK-DAG: %[[B:.*]] = onnx.Constant() {value = dense<[2.000000e+00, 1.000000e+00]> : tensor<2xf32>}
// CHECK: onnx.Conv(%arg0, %[[W]], %[[B]])
// CHECK: onnx.Relu
// CHECK-SAME: quern.channel_ranges = [#quern.channel_ranges<1, min = [0.000000e+00, 0.000000e+00], max = [2.000000e+00, 3.000000e+00]>]
// CHECK-SAME: quern.ranges = [#quern.range<0.000000e+00, 3.000000e+00, "transformed">]
// CHECK-NOT: quern.edge_transform
func.func @convolution(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x1x1x1xf32>} : () -> tensor<2x1x1x1xf32>
  %b = onnx.Constant() {value = dense<4.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %c = onnx.Conv(%x, %w, %b) : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %r = onnx.Relu(%c) {quern.channel_ranges = [#quern.channel_ranges<1, min = [0.0, 0.0], max = [4.0, 12.0]>], quern.ranges = [#quern.range<0.0, 12.0>]} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %y = quern.edge_transform %r {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 0.0, 0.0>} : tensor<1x2x4x4xf32>
  return %y : tensor<1x2x4x4xf32>
}

// -----

// A gated MLP: only the branch without the sigmoid takes the scale.
// CHECK-LABEL: func.func @gated
// CHECK: %[[GATE:.*]] = onnx.Constant() {value = dense<1.000000e+00> : tensor<3x2xf32>}
// CHECK: onnx.MatMul(%arg0, %[[GATE]])
// CHECK: %[[UP:.*]] = onnx.Constant() {value = dense<{{.*}}[5.000000e-01, 2.500000e-01]{{.*}}> : tensor<3x2xf32>}
// CHECK: onnx.MatMul(%arg0, %[[UP]])
// CHECK-NOT: quern.edge_transform
func.func @gated(%x: tensor<8x3xf32>) -> tensor<8x2xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %gate = onnx.MatMul(%x, %w) : (tensor<8x3xf32>, tensor<3x2xf32>) -> tensor<8x2xf32>
  %sigmoid = onnx.Sigmoid(%gate) : (tensor<8x2xf32>) -> tensor<8x2xf32>
  %silu = onnx.Mul(%gate, %sigmoid) : (tensor<8x2xf32>, tensor<8x2xf32>) -> tensor<8x2xf32>
  %up = onnx.MatMul(%x, %w) : (tensor<8x3xf32>, tensor<3x2xf32>) -> tensor<8x2xf32>
  %m = onnx.Mul(%silu, %up) : (tensor<8x2xf32>, tensor<8x2xf32>) -> tensor<8x2xf32>
  %y = quern.edge_transform %m {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 0.0, 0.0>} : tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// -----

// Attention mixes tokens, not channels: the scale passes through to the values.
// CHECK-LABEL: func.func @attention
// CHECK: %[[W:.*]] = onnx.Constant() {value = dense<{{.*}}[5.000000e-01, 2.500000e-01]{{.*}}> : tensor<3x2xf32>}
// CHECK: %[[V:.*]] = onnx.MatMul(%arg1, %[[W]])
// CHECK: %[[Y:.*]] = onnx.MatMul(%arg0, %[[V]])
// CHECK: return %[[Y]]
func.func @attention(%probabilities: tensor<8x8xf32>, %x: tensor<8x3xf32>) -> tensor<8x2xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %v = onnx.MatMul(%x, %w) : (tensor<8x3xf32>, tensor<3x2xf32>) -> tensor<8x2xf32>
  %o = onnx.MatMul(%probabilities, %v) : (tensor<8x8xf32>, tensor<8x2xf32>) -> tensor<8x2xf32>
  %y = quern.edge_transform %o {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 0.0, 0.0>} : tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// -----

// T2: an identity leaves the constants alone.
// CHECK-LABEL: func.func @identity
// CHECK: %[[G:.*]] = onnx.Constant() {value = dense<3.000000e-01> : tensor<2xf32>}
// CHECK: %[[M:.*]] = onnx.Mul(%arg0, %[[G]]) : (
// CHECK: return %[[M]]
func.func @identity(%n: tensor<8x2xf32>) -> tensor<8x2xf32> {
  %gamma = onnx.Constant() {value = dense<0.3> : tensor<2xf32>} : () -> tensor<2xf32>
  %m = onnx.Mul(%n, %gamma) : (tensor<8x2xf32>, tensor<2xf32>) -> tensor<8x2xf32>
  %y = quern.edge_transform %m {axis = 1 : i64, scale = array<f32: 1.0, 1.0>, shift = array<f32: 0.0, 0.0>} : tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// -----

// T5: two transforms are one: s = [2, 4] [2, 2], z = [1, 1] + [2, 4] [1, 1].
// CHECK-LABEL: func.func @composition
// CHECK-DAG: %[[S:.*]] = onnx.Constant() {value = dense<[2.500000e-01, 1.250000e-01]> : tensor<2xf32>}
// CHECK-DAG: %[[B:.*]] = onnx.Constant() {value = dense<[-7.500000e-01, -6.250000e-01]> : tensor<2xf32>}
// CHECK: onnx.LayerNormalization(%arg0, %[[S]], %[[B]])
// CHECK-SAME: quern.transformed_by = ["weight-dilation", "smoothquant"]
func.func @composition(%x: tensor<8x2xf32>) -> tensor<8x2xf32> {
  %s = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %b = onnx.Constant() {value = dense<0.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %n, %mean, %deviation = onnx.LayerNormalization(%x, %s, %b) : (tensor<8x2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<8x2xf32>, none, none)
  %y = quern.edge_transform %n {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 1.0, 1.0>, provenance = ["weight-dilation"]} : tensor<8x2xf32>
  %z = quern.edge_transform %y {axis = 1 : i64, scale = array<f32: 2.0, 2.0>, shift = array<f32: 1.0, 1.0>, provenance = ["smoothquant"]} : tensor<8x2xf32>
  return %z : tensor<8x2xf32>
}
