// RUN: quern-opt %s --quern-attention-rows --split-input-file | FileCheck %s

// CHECK-LABEL: @attention
// CHECK: onnx.MatMul({{.*}}) {quern.row_scales} : (tensor<1x2x4x4xf32>, tensor<1x2x4x8xf32>)
func.func @attention(%x: tensor<1x2x4x4xf32>, %v: tensor<1x2x4x8xf32>) -> tensor<1x2x4x8xf32> {
  %p = onnx.Softmax(%x) {axis = -1 : i64} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %y = onnx.MatMul(%p, %v) : (tensor<1x2x4x4xf32>, tensor<1x2x4x8xf32>) -> tensor<1x2x4x8xf32>
  return %y : tensor<1x2x4x8xf32>
}

// -----

// What moves whole rows moves scores; their statistics are no longer those of the probabilities.
// CHECK-LABEL: @reshaped
// CHECK-SAME: %[[X:[^:]*]]: tensor<1x2x4x4xf32>
// CHECK: %[[MOVED:.*]] = onnx.Reshape(%[[X]], %{{.*}})
// CHECK-NOT: quern.ranges
// CHECK: %[[P:.*]] = onnx.Softmax(%[[MOVED]]) {onnx.value_names = ["p"]} : (tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
// CHECK: onnx.MatMul(%[[P]], %{{.*}}) {quern.row_scales}
func.func @reshaped(%x: tensor<1x2x4x4xf32>, %v: tensor<2x4x8xf32>) -> tensor<2x4x8xf32> {
  %shape = onnx.Constant() {value = dense<[2, 4, 4]> : tensor<3xi64>} : () -> tensor<3xi64>
  %p = onnx.Softmax(%x) {axis = 3 : i64, onnx.value_names = ["p"], quern.ranges = [#quern.range<0.0, 0.5>]} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %r = onnx.Reshape(%p, %shape) {quern.ranges = [#quern.range<0.0, 0.5>]} : (tensor<1x2x4x4xf32>, tensor<3xi64>) -> tensor<2x4x4xf32>
  %y = onnx.MatMul(%r, %v) : (tensor<2x4x4xf32>, tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return %y : tensor<2x4x8xf32>
}

// -----

// Probabilities that something else reads stay where they are; so do rows that are cut.
// CHECK-LABEL: @read
// CHECK-NOT: quern.row_scales
func.func @read(%x: tensor<1x4x4xf32>, %v: tensor<4x8xf32>, %w: tensor<2x8xf32>) -> (tensor<4x8xf32>, tensor<8x8xf32>, tensor<1x4x4xf32>) {
  %whole = onnx.Constant() {value = dense<[4, 4]> : tensor<2xi64>} : () -> tensor<2xi64>
  %cut = onnx.Constant() {value = dense<[8, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %p = onnx.Softmax(%x) {axis = -1 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  %r = onnx.Reshape(%p, %whole) : (tensor<1x4x4xf32>, tensor<2xi64>) -> tensor<4x4xf32>
  %y = onnx.MatMul(%r, %v) : (tensor<4x4xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %q = onnx.Softmax(%x) {axis = -1 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  %s = onnx.Reshape(%q, %cut) : (tensor<1x4x4xf32>, tensor<2xi64>) -> tensor<8x2xf32>
  %z = onnx.MatMul(%s, %w) : (tensor<8x2xf32>, tensor<2x8xf32>) -> tensor<8x8xf32>
  return %y, %z, %p : tensor<4x8xf32>, tensor<8x8xf32>, tensor<1x4x4xf32>
}

// -----

// Another axis, a product that broadcasts the rows, a constant factor, and what a recipe leaves alone.
// CHECK-LABEL: @others
// CHECK-NOT: quern.row_scales
func.func @others(%x: tensor<4x4xf32>, %v: tensor<4x8xf32>, %many: tensor<3x4x8xf32>) -> (tensor<4x8xf32>, tensor<3x4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) {
  %c = onnx.Constant() {value = dense<0.5> : tensor<4x8xf32>} : () -> tensor<4x8xf32>
  %columns = onnx.Softmax(%x) {axis = 0 : i64} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %p = onnx.Softmax(%x) {axis = -1 : i64} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %0 = onnx.MatMul(%columns, %v) : (tensor<4x4xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = onnx.MatMul(%p, %many) : (tensor<4x4xf32>, tensor<3x4x8xf32>) -> tensor<3x4x8xf32>
  %2 = onnx.MatMul(%p, %c) : (tensor<4x4xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = onnx.MatMul(%p, %v) {quern.left_alone} : (tensor<4x4xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0, %1, %2, %3 : tensor<4x8xf32>, tensor<3x4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>
}
