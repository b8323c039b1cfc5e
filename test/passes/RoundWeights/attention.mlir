// RUN: quern-opt %s --quern-round-weights="clamp=true compensate=false" | FileCheck %s
#w2 = #quern.precision<weights = <s2, channel, symmetric>>

// Three projections with one weight, of which the first row hardly matters: clamped to 0.55, the others lose less. So is that
// of the values; those of queries and keys are rounded as they are, their bias, mask and the copy of the keys that leaves
// notwithstanding.
// CHECK-LABEL: func.func @attention
// CHECK-COUNT-2: quant.scast {{.*}}!quant.uniform<i4<-1:1>:f32:1, {1.000000e+00,1.000000e+00,1.000000e+00}>
// CHECK: quant.scast {{.*}}!quant.uniform<i4<-1:1>:f32:1, {0.54999995231628418,
func.func @attention(%x: tensor<2x3xf32>, %mask: tensor<2x2xf32>) -> (tensor<2x3xf32>, tensor<3x2xf32>) {
  %w = onnx.Constant() {value = dense<[[1.0, 1.0, 1.0], [0.45, 0.45, 0.45], [0.45, 0.45, 0.45]]> : tensor<3x3xf32>} : () -> tensor<3x3xf32>
  %b = onnx.Constant() {value = dense<1.0> : tensor<3xf32>} : () -> tensor<3xf32>
  %qw = onnx.MatMul(%x, %w) {quern.precision = #w2, quern.second_moment = dense<[[0.01, 0.0, 0.0], [0.0, 10.0, 0.0], [0.0, 0.0, 10.0]]> : tensor<3x3xf64>} : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
  %q = onnx.Add(%qw, %b) : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %k = onnx.MatMul(%x, %w) {quern.precision = #w2, quern.second_moment = dense<[[0.01, 0.0, 0.0], [0.0, 10.0, 0.0], [0.0, 0.0, 10.0]]> : tensor<3x3xf64>} : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %v = onnx.MatMul(%x, %w) {quern.precision = #w2, quern.second_moment = dense<[[0.01, 0.0, 0.0], [0.0, 10.0, 0.0], [0.0, 0.0, 10.0]]> : tensor<3x3xf64>} : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
  %s = onnx.MatMul(%q, %kt) : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %masked = onnx.Add(%s, %mask) : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %p = onnx.Softmax(%masked) {axis = -1 : i64} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %y = onnx.MatMul(%p, %v) : (tensor<2x2xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y, %kt : tensor<2x3xf32>, tensor<3x2xf32>
}
