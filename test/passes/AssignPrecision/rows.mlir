// RUN: quern-opt %s --quern-assign-precision="scheme=W8A8" | FileCheck %s

// Rows with scales of their own are rounded from f32: what makes them stays float, and the product with a matrix says so.
// CHECK: onnx.Mul({{.*}}quern.float_reason = "has only float users"
// CHECK: onnx.Transpose({{.*}}quern.float_reason = "has only float users"
// CHECK: onnx.Gemm({{.*}}quern.precision = #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, row, asymmetric>, provenance = "uniform W8A8 dynamic">
// Of a product of two activations, the other one has static codes.
// CHECK: onnx.Softmax({{.*}}quern.precision
// CHECK: onnx.Mul({{.*}}quern.precision
// CHECK: onnx.MatMul({{.*}}activations = <u8, tensor, asymmetric>{{.*}}quern.row_scales
func.func @main(%x: tensor<4x4xf32> {quern.range = #quern.range<-1.0, 1.0>}) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  %w = onnx.Constant() {value = dense<0.5> : tensor<4x4xf32>} : () -> tensor<4x4xf32>
  %none = onnx.NoValue() : () -> none
  %0 = onnx.Gemm(%x, %w, %none) {quern.ranges = [#quern.range<-1.0, 1.0>]} : (tensor<4x4xf32>, tensor<4x4xf32>, none) -> tensor<4x4xf32>
  %1 = onnx.Mul(%0, %0) {quern.ranges = [#quern.range<-1.0, 1.0>]} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %2 = onnx.Transpose(%1) {perm = array<i64: 1, 0>, quern.ranges = [#quern.range<-1.0, 1.0>]} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %3 = onnx.Gemm(%2, %w, %none) {quern.row_scales} : (tensor<4x4xf32>, tensor<4x4xf32>, none) -> tensor<4x4xf32>
  %4 = onnx.Softmax(%0) {axis = -1 : i64} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %5 = onnx.Mul(%0, %0) {quern.ranges = [#quern.range<-1.0, 1.0>]} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %6 = onnx.MatMul(%4, %5) {quern.row_scales} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %3, %6 : tensor<4x4xf32>, tensor<4x4xf32>
}
