// RUN: quern-opt %s --quern-round-weights="compensate=false correct-bias" --split-input-file | FileCheck %s
#w4 = #quern.precision<weights = <s4, channel, symmetric>>

// Codes are 3 and 7: 0.25 * m = 0.25 * 8 = 2 is lost, and the bias makes it good.
// CHECK-LABEL: func.func @gemm
// CHECK: %[[B:.*]] = onnx.Constant() {value = dense<2.000000e+00> : tensor<1xf32>}
// CHECK: onnx.Gemm(%arg0, %{{.*}}, %[[B]])
// CHECK-NOT: activation_mean
func.func @gemm(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = dense<[[3.25], [7.0]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %b = onnx.Constant() {value = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = onnx.Gemm(%x, %w, %b) {quern.precision = #w4, quern.second_moment = dense<1.0> : tensor<2x2xf64>, quern.activation_mean = dense<[8.0, 1.0]> : tensor<2xf64>} : (tensor<1x2xf32>, tensor<2x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}

// -----
#w4 = #quern.precision<weights = <s4, channel, symmetric>>

// Nowhere to put it.
// CHECK-LABEL: func.func @no_bias
// CHECK: onnx.MatMul
// CHECK-NOT: onnx.Add
func.func @no_bias(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = dense<[[3.25], [7.0]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %0 = onnx.MatMul(%x, %w) {quern.precision = #w4, quern.second_moment = dense<1.0> : tensor<2x2xf64>} : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}
