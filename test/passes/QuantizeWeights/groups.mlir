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

// -----
#w4 = #quern.precision<weights = <s4, group = 2, symmetric>, activations = <u8, tensor, asymmetric>>

// Groups beside activations of 8 bits: the bias stays float, and beta is carried out.
// CHECK-LABEL: func.func @codes
// CHECK: tensor<4x1x!quant.uniform<i4<-7:7>:f32:{0:2, 1:1}, {{[{][{]}}1.000000e+00}, {5.000000e-01}}>>
// CHECK: %[[C:.*]] = onnx.Constant() {value = dense<2.000000e+00> : tensor<1xf32>}
// CHECK: onnx.Gemm(%{{.*}}, %{{.*}}, %[[C]]) {quern.precision = {{.*}}} : (tensor<1x4xf32>, tensor<4x1xf32>, tensor<1xf32>)
func.func @codes(%q: tensor<1x4x!quant.uniform<u8:f32, 0.5:10>>) -> tensor<1x1xf32> {
  %x = quern.dequantize %q : tensor<1x4x!quant.uniform<u8:f32, 0.5:10>> -> tensor<1x4xf32>
  %w = onnx.Constant() {value = dense<[[1.0], [7.0], [-3.5], [1.0]]> : tensor<4x1xf32>} : () -> tensor<4x1xf32>
  %b = onnx.Constant() {value = dense<4.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = onnx.Gemm(%x, %w, %b) {quern.precision = #w4, beta = 0.5 : f32} : (tensor<1x4xf32>, tensor<4x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}

// -----
#w4 = #quern.precision<weights = <u4, group = 64, asymmetric>, activations = <u8, tensor, asymmetric>>

// One group is a channel: the bias has codes, as with 8-bit weights.
// CHECK-LABEL: func.func @oneGroup
// CHECK: tensor<3x1x!quant.uniform<u4:f32:1, {1.000000e+00:5}>>
// CHECK: onnx.Constant() {value = dense<8> : tensor<1xi32>}
func.func @oneGroup(%q: tensor<1x3x!quant.uniform<u8:f32, 0.5:10>>) -> tensor<1x1xf32> {
  %x = quern.dequantize %q : tensor<1x3x!quant.uniform<u8:f32, 0.5:10>> -> tensor<1x3xf32>
  %w = onnx.Constant() {value = dense<[[-5.0], [10.0], [3.0]]> : tensor<3x1xf32>} : () -> tensor<3x1xf32>
  %b = onnx.Constant() {value = dense<4.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = onnx.Gemm(%x, %w, %b) {quern.precision = #w4} : (tensor<1x3xf32>, tensor<3x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}
