// RUN: quern-opt %s --quern-simplify-graph --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @C1_product_has_another_use(
// CHECK-NOT: onnx.Gemm
func.func @C1_product_has_another_use(%x: tensor<1x2xf32>) -> (tensor<1x3xf32>, tensor<1x3xf32>) {
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %b = onnx.Constant() {value = dense<1.0> : tensor<3xf32>} : () -> tensor<3xf32>
  %0 = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x3xf32>) -> tensor<1x3xf32>
  %1 = onnx.Add(%0, %b) : (tensor<1x3xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  return %0, %1 : tensor<1x3xf32>, tensor<1x3xf32>
}

// -----

// CHECK-LABEL: func.func @C2_reshape_of_unknown_shape(
// CHECK: onnx.Flatten
// CHECK: onnx.Flatten
func.func @C2_reshape_of_unknown_shape(%x: tensor<?x3x4xf32>) -> tensor<?x12xf32> {
  %0 = onnx.Flatten(%x) : (tensor<?x3x4xf32>) -> tensor<?x12xf32>
  %1 = onnx.Flatten(%0) : (tensor<?x12xf32>) -> tensor<?x12xf32>
  return %1 : tensor<?x12xf32>
}

// -----

// CHECK-LABEL: func.func @pad_with_another_number(
// CHECK: onnx.Pad
func.func @pad_with_another_number(%x: tensor<1x1x4xf32>) -> tensor<1x1x6xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<1.0> : tensor<1x1x1xf32>} : () -> tensor<1x1x1xf32>
  %p = onnx.Constant() {value = dense<[0, 0, 1, 0, 0, 1]> : tensor<6xi64>} : () -> tensor<6xi64>
  %one = onnx.Constant() {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %0 = onnx.Pad(%x, %p, %one, %none) : (tensor<1x1x4xf32>, tensor<6xi64>, tensor<f32>, none) -> tensor<1x1x6xf32>
  %1 = onnx.Conv(%0, %w, %none) : (tensor<1x1x6xf32>, tensor<1x1x1xf32>, none) -> tensor<1x1x6xf32>
  return %1 : tensor<1x1x6xf32>
}

// -----

// CHECK-LABEL: func.func @slice_backwards_is_no_identity(
// CHECK: onnx.Slice
func.func @slice_backwards_is_no_identity(%x: tensor<4xf32>) -> tensor<4xf32> {
  %last = onnx.Constant() {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %end = onnx.Constant() {value = dense<-5> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %0 = onnx.Slice(%x, %last, %end, %axis, %last) : (tensor<4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
