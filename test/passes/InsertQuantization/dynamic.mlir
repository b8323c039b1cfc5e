// RUN: quern-opt %s --quern-insert-quantization --quern-quantize-weights | FileCheck %s
#rows = #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, row, asymmetric>>

// One quantization serves both readers and needs no range; other users read the float value. Weights have a scale
// per channel, with alpha and the transposition carried out, and the bias stays float.
// CHECK-LABEL: func.func @rows
// CHECK-SAME: %[[X:.*]]: tensor<2x2xf32>, %[[B:.*]]: tensor<2xf32>
// CHECK: %[[Q:.*]], %[[S:.*]], %[[Z:.*]] = quern.dynamic_quantize %[[X]] : tensor<2x2xf32> -> tensor<2x2xui8>, tensor<2x1xf32>, tensor<2x1xui8>
// CHECK: %[[D:.*]] = quern.dequantize_rows %[[Q]], %[[S]], %[[Z]]
// CHECK: onnx.Constant() {value = dense<{{\[}}[127, 64], [0, 127]]> : tensor<2x2xi8>}
// CHECK: %[[W:.*]] = quern.dequantize %{{.*}} : tensor<2x2x!quant.uniform<i8<-127:127>:f32:1, {1.000000e+00,2.000000e+00}>>
// CHECK: onnx.MatMul(%[[D]], %[[W]])
// CHECK: onnx.Constant() {value = dense<{{\[}}[126, 0], [127, 127]]> : tensor<2x2xi8>}
// CHECK: %[[V:.*]] = quern.dequantize
// CHECK: onnx.Gemm(%[[D]], %[[V]], %[[B]]) {quern.precision
// CHECK: onnx.Relu(%[[X]])
func.func @rows(%x: tensor<2x2xf32>, %b: tensor<2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) {
  %w = onnx.Constant() {value = dense<[[127.0, 128.0], [0.0, 254.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %0 = onnx.MatMul(%x, %w) {quern.precision = #rows} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = onnx.Gemm(%x, %w, %b) {quern.precision = #rows, alpha = 0.5 : f32, transB = 1 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %2 = onnx.Relu(%x) : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0, %1, %2 : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>
}
