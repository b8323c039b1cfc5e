// RUN: quern-opt %s --quern-simplify-graph --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @matmul_add(
// CHECK: onnx.Gemm(%{{.*}}, %{{.*}}, %{{.*}}) {onnx.value_names = ["y"]} : (tensor<1x2xf32>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<1x3xf32>
// CHECK-NEXT: return
func.func @matmul_add(%x: tensor<1x2xf32>) -> tensor<1x3xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %b = onnx.Constant() {value = dense<1.0> : tensor<3xf32>} : () -> tensor<3xf32>
  %0 = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x3xf32>) -> tensor<1x3xf32>
  %1 = onnx.Add(%b, %0) {onnx.value_names = ["y"]} : (tensor<3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  return %1 : tensor<1x3xf32>
}

// -----

// A row as bias becomes a vector.
// CHECK-LABEL: func.func @matmul_add_row(
// CHECK: onnx.Gemm({{.*}}) : (tensor<1x2xf32>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<1x3xf32>
func.func @matmul_add_row(%x: tensor<1x2xf32>) -> tensor<1x3xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %b = onnx.Constant() {value = dense<[[1.0, 2.0, 3.0]]> : tensor<1x3xf32>} : () -> tensor<1x3xf32>
  %0 = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x3xf32>) -> tensor<1x3xf32>
  %1 = onnx.Add(%0, %b) : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  return %1 : tensor<1x3xf32>
}

// -----

// All leading dimensions are rows.
// CHECK-LABEL: func.func @matmul_add_batched(
// CHECK: %[[ROWS:.*]] = onnx.Reshape(%arg0, %{{.*}}) {{.*}}: (tensor<2x5x2xf32>, tensor<2xi64>) -> tensor<10x2xf32>
// CHECK: %[[SUM:.*]] = onnx.Gemm(%[[ROWS]], {{.*}}) : (tensor<10x2xf32>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<10x3xf32>
// CHECK: onnx.Reshape(%[[SUM]], %{{.*}}) {{.*}}onnx.value_names = ["y"]{{.*}} -> tensor<2x5x3xf32>
func.func @matmul_add_batched(%x: tensor<2x5x2xf32>) -> tensor<2x5x3xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %b = onnx.Constant() {value = dense<1.0> : tensor<3xf32>} : () -> tensor<3xf32>
  %0 = onnx.MatMul(%x, %w) : (tensor<2x5x2xf32>, tensor<2x3xf32>) -> tensor<2x5x3xf32>
  %1 = onnx.Add(%b, %0) {onnx.value_names = ["y"]} : (tensor<3xf32>, tensor<2x5x3xf32>) -> tensor<2x5x3xf32>
  return %1 : tensor<2x5x3xf32>
}

// -----

// CHECK-LABEL: func.func @reshapes(
// CHECK: %[[S:.*]] = onnx.Constant() {value = dense<[6, 4]> : tensor<2xi64>}
// CHECK: onnx.Reshape(%arg0, %[[S]]) : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<6x4xf32>
func.func @reshapes(%x: tensor<2x3x4xf32>) -> tensor<6x4xf32> {
  %axes = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %0 = onnx.Unsqueeze(%x, %axes) : (tensor<2x3x4xf32>, tensor<1xi64>) -> tensor<1x2x3x4xf32>
  %1 = onnx.Flatten(%0) {axis = 3 : i64} : (tensor<1x2x3x4xf32>) -> tensor<6x4xf32>
  return %1 : tensor<6x4xf32>
}

// -----

// CHECK-LABEL: func.func @transposes(
// CHECK: onnx.Transpose(%arg0) {perm = array<i64: 1, 2, 0>}
// CHECK-NOT: onnx.Transpose
func.func @transposes(%x: tensor<2x3x4xf32>) -> tensor<3x4x2xf32> {
  %0 = onnx.Transpose(%x) {perm = array<i64: 1, 0, 2>} : (tensor<2x3x4xf32>) -> tensor<3x2x4xf32>
  %1 = onnx.Transpose(%0) {perm = array<i64: 0, 2, 1>} : (tensor<3x2x4xf32>) -> tensor<3x4x2xf32>
  return %1 : tensor<3x4x2xf32>
}

// -----

// Layouts there and back vanish.
// CHECK-LABEL: func.func @inverse_transposes(
// CHECK-NEXT: return %arg0
func.func @inverse_transposes(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %0 = onnx.Transpose(%x) {perm = array<i64: 1, 2, 0>} : (tensor<2x3x4xf32>) -> tensor<3x4x2xf32>
  %1 = onnx.Transpose(%0) {perm = array<i64: 2, 0, 1>} : (tensor<3x4x2xf32>) -> tensor<2x3x4xf32>
  return %1 : tensor<2x3x4xf32>
}

// -----

// CHECK-LABEL: func.func @pad_conv(
// CHECK: onnx.Conv(%arg0, %{{.*}}, %{{.*}}) {pads = array<i64: 1, 2, 2, 3>}
func.func @pad_conv(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x7x9xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<1.0> : tensor<1x1x1x1xf32>} : () -> tensor<1x1x1x1xf32>
  %p = onnx.Constant() {value = dense<[0, 0, 0, 1, 0, 0, 1, 2]> : tensor<8xi64>} : () -> tensor<8xi64>
  %0 = onnx.Pad(%x, %p, %none, %none) : (tensor<1x1x4x4xf32>, tensor<8xi64>, none, none) -> tensor<1x1x5x7xf32>
  %1 = onnx.Conv(%0, %w, %none) {pads = array<i64: 1, 1, 1, 1>} : (tensor<1x1x5x7xf32>, tensor<1x1x1x1xf32>, none) -> tensor<1x1x7x9xf32>
  return %1 : tensor<1x1x7x9xf32>
}
