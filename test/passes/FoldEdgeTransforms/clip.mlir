// RUN: quern-opt %s --quern-fold-edge-transforms --split-input-file --verify-diagnostics | FileCheck %s

// Relu6: the upper bound becomes 6 / s for each channel, which is a Min; what is known of the result stays with it.
// CHECK-LABEL: func.func @relu6
// CHECK: %[[C:.*]] = onnx.Conv(
// CHECK: %[[M:.*]] = onnx.Constant() {value = dense<{{\[\[\[}}3.000000e+00]], {{\[\[}}1.200000e+01]]]> : tensor<2x1x1xf32>}
// CHECK: %[[R:.*]] = onnx.Relu(%[[C]])
// CHECK: %[[Y:.*]] = onnx.Min(%[[R]], %[[M]]) {onnx.value_names = ["y"], quern.ranges = [#quern.range<0.000000e+00, 8.000000e+00, "transformed">], quern.transformed_by = ["m"]}
// CHECK: return %[[Y]]
func.func @relu6(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x2x1x1xf32>} : () -> tensor<2x2x1x1xf32>
  %lowest = onnx.Constant() {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %highest = onnx.Constant() {value = dense<6.0> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Conv(%x, %w, %none) : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32>
  %r = onnx.Clip(%c, %lowest, %highest) {onnx.value_names = ["y"], quern.ranges = [#quern.range<0.0, 4.0>]} : (tensor<1x2x4x4xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2x4x4xf32>
  %y = quern.edge_transform %r {axis = 1 : i64, provenance = ["m"], scale = array<f32: 2.0, 0.5>, shift = array<f32: 0.0, 0.0>} : tensor<1x2x4x4xf32>
  return %y : tensor<1x2x4x4xf32>
}

// -----

// Any bounds, and the Max of an earlier transform; the composed scales are 4 and 0.5.
// CHECK-LABEL: func.func @both_bounds
// CHECK: %[[C:.*]] = onnx.Conv(
// CHECK: %[[L:.*]] = onnx.Constant() {value = dense<{{\[\[\[}}-1.250000e-01]], {{\[\[}}-8.000000e+00]]]> : tensor<2x1x1xf32>}
// CHECK: %[[M:.*]] = onnx.Max(%[[C]], %[[L]])
// CHECK: %[[H:.*]] = onnx.Constant() {value = dense<{{\[\[\[}}1.000000e+00]], {{\[\[}}8.000000e+00]]]> : tensor<2x1x1xf32>}
// CHECK: %[[Y:.*]] = onnx.Min(%[[M]], %[[H]])
// CHECK: return %[[Y]]
func.func @both_bounds(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x2x1x1xf32>} : () -> tensor<2x2x1x1xf32>
  %lowest = onnx.Constant() {value = dense<[[[-0.5]], [[-4.0]]]> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %highest = onnx.Constant() {value = dense<4.0> : tensor<f32>} : () -> tensor<f32>
  %c = onnx.Conv(%x, %w, %none) : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32>
  %a = onnx.Max(%c, %lowest) : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %r = onnx.Clip(%a, %none, %highest) : (tensor<1x2x4x4xf32>, none, tensor<f32>) -> tensor<1x2x4x4xf32>
  %t = quern.edge_transform %r {axis = 1 : i64, scale = array<f32: 2.0, 2.0>, shift = array<f32: 0.0, 0.0>} : tensor<1x2x4x4xf32>
  %y = quern.edge_transform %t {axis = 1 : i64, scale = array<f32: 2.0, 0.25>, shift = array<f32: 0.0, 0.0>} : tensor<1x2x4x4xf32>
  return %y : tensor<1x2x4x4xf32>
}

// -----

// C3: no shift passes, but the scale does; bounds that are computed stay.
// CHECK-LABEL: func.func @shift_C3
// CHECK: onnx.Min
// CHECK-NOT: onnx.Mul
// CHECK: onnx.Add
func.func @shift_C3(%x: tensor<8x2xf32>) -> tensor<8x2xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %highest = onnx.Constant() {value = dense<6.0> : tensor<f32>} : () -> tensor<f32>
  %m = onnx.MatMul(%x, %w) : (tensor<8x2xf32>, tensor<2x2xf32>) -> tensor<8x2xf32>
  %r = onnx.Clip(%m, %none, %highest) : (tensor<8x2xf32>, none, tensor<f32>) -> tensor<8x2xf32>
  // expected-remark @below {{cannot be folded}}
  %y = quern.edge_transform %r {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 1.0, 0.0>} : tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// CHECK-LABEL: func.func @computed_bound_C3
// CHECK: onnx.Clip
// CHECK: onnx.Mul
func.func @computed_bound_C3(%x: tensor<8x2xf32>, %highest: tensor<f32>) -> tensor<8x2xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %m = onnx.MatMul(%x, %w) : (tensor<8x2xf32>, tensor<2x2xf32>) -> tensor<8x2xf32>
  %r = onnx.Clip(%m, %none, %highest) : (tensor<8x2xf32>, none, tensor<f32>) -> tensor<8x2xf32>
  // expected-remark @below {{cannot be folded}}
  %y = quern.edge_transform %r {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 0.0, 0.0>} : tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}
