// RUN: quern-opt %s --quern-fold-constants=max-bytes=64 --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @cheaper_to_compute_than_to_store(
// CHECK: onnx.Expand
func.func @cheaper_to_compute_than_to_store() -> tensor<1000xf32> {
  %x = onnx.Constant() {value = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %s = onnx.Constant() {value = dense<1000> : tensor<1xi64>} : () -> tensor<1xi64>
  %0 = onnx.Expand(%x, %s) : (tensor<1xf32>, tensor<1xi64>) -> tensor<1000xf32>
  return %0 : tensor<1000xf32>
}

// -----

// CHECK-LABEL: func.func @division_by_zero_stays(
// CHECK: onnx.Div
func.func @division_by_zero_stays() -> tensor<i64> {
  %a = onnx.Constant() {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %b = onnx.Constant() {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %0 = onnx.Div(%a, %b) : (tensor<i64>, tensor<i64>) -> tensor<i64>
  return %0 : tensor<i64>
}

// -----

// CHECK-LABEL: func.func @index_out_of_range_stays(
// CHECK: onnx.Gather
func.func @index_out_of_range_stays() -> tensor<i64> {
  %a = onnx.Constant() {value = dense<[1, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %i = onnx.Constant() {value = dense<2> : tensor<i64>} : () -> tensor<i64>
  %0 = onnx.Gather(%a, %i) : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
  return %0 : tensor<i64>
}

// -----

// CHECK-LABEL: func.func @float_beyond_the_integers_stays(
// CHECK: onnx.Cast
func.func @float_beyond_the_integers_stays() -> tensor<i8> {
  %a = onnx.Constant() {value = dense<300.0> : tensor<f32>} : () -> tensor<f32>
  %0 = onnx.Cast(%a) {to = 3 : i64} : (tensor<f32>) -> tensor<i8>
  return %0 : tensor<i8>
}

// -----

// CHECK-LABEL: func.func @value_of_run_time_stays(
// CHECK: onnx.Transpose
func.func @value_of_run_time_stays(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  %0 = onnx.Transpose(%x) : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}
