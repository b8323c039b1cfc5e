// RUN: quern-opt %s --quern-quantize-weights --split-input-file | FileCheck %s
#w4 = #quern.precision<weights = <s4, group = 2, symmetric>>

// Column 0: max 7 -> 1, max 3.5 -> 0.5.
// CHECK-LABEL: func.func @symmetric
// CHECK: onnx.Constant() {value = dense<{{\[}}[1, 7], [7, 0], [-7, 0], [2, -7]]> : tensor<4x2xi4>}
// CHECK: quant.scast %{{.*}} : tensor<4x2xi4> to tensor<4x2x!quant.uniform<i4<-7:7>:f32:{0:2, 1:1}, {{[{][{]}}1.000000e+00, 2.000000e+00}, {5.000000e-01, 1.000000e+00}}>>
// CHECK-NOT: quern.quantize
func.func @symmetric(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %w = onnx.Constant() {value = dense<[[1.0, 14.0], [7.0, 0.0], [-3.5, 0.0], [1.0, -7.0]]> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
  %0 = onnx.MatMul(%x, %w) {quern.precision = #w4} : (tensor<1x4xf32>, tensor<4x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----
#w4 = #quern.precision<weights = <u4, group = 2, asymmetric>>

// Three rows in groups of two: blocks of one row, the first two alike. A transposed Gemm is turned around.
// CHECK-LABEL: func.func @tail
// CHECK: onnx.Constant() {value = dense<{{\[}}[0], [15], [15]]> : tensor<3x1xui4>}
// CHECK: tensor<3x1x!quant.uniform<u4:f32:{0:1, 1:1}, {{[{][{]}}1.000000e+00:5}, {1.000000e+00:5}, {2.000000e-01}}>>
// CHECK: onnx.Gemm(
// CHECK-NOT: transB
func.func @tail(%x: tensor<1x3xf32>, %b: tensor<1xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = dense<[[-5.0, 10.0, 3.0]]> : tensor<1x3xf32>} : () -> tensor<1x3xf32>
  %0 = onnx.Gemm(%x, %w, %b) {quern.precision = #w4, transB = 1 : i64} : (tensor<1x3xf32>, tensor<1x3xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}
