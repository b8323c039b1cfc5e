// RUN: quern-opt %s --quern-quantize-weights --split-input-file | FileCheck %s
#w8 = #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, tensor, asymmetric>>

// Channel 0: 1.27 / 127 = 0.01. Channel 1: 0.635 / 127 = 0.005; 0.002 / 0.005 rounds to 0.
// The bias has scale 0.5 * 0.01 and 0.5 * 0.005.
// CHECK-LABEL: func.func @per_channel
// CHECK: %[[W:.*]] = onnx.Constant() {value = dense<{{.*}}-127{{.*}}50{{.*}}127{{.*}}0{{.*}}> : tensor<2x2x1x1xi8>}
// CHECK: quant.scast %[[W]] : tensor<2x2x1x1xi8> to tensor<2x2x1x1x!quant.uniform<i8<-127:127>:f32:0, {0.00999999{{[0-9]*}},0.00{{[0-9]*}}}>>
// CHECK: %[[B:.*]] = onnx.Constant() {value = dense<[200, 400]> : tensor<2xi32>}
// CHECK: quant.scast %[[B]] : tensor<2xi32> to tensor<2x!quant.uniform<i32:f32:0, {0.00{{[0-9]*}},0.002{{[0-9]*}}}>>
func.func @per_channel(%q: tensor<1x2x4x4x!quant.uniform<u8:f32, 0.5:10>>) -> tensor<1x2x4x4xf32> {
  %x = quern.dequantize %q : tensor<1x2x4x4x!quant.uniform<u8:f32, 0.5:10>> -> tensor<1x2x4x4xf32>
  %w = onnx.Constant() {value = dense<[[[[-1.27]], [[0.5]]], [[[0.635]], [[0.002]]]]> : tensor<2x2x1x1xf32>} : () -> tensor<2x2x1x1xf32>
  %b = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = onnx.Conv(%x, %w, %b) {quern.precision = #w8} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  return %0 : tensor<1x2x4x4xf32>
}

// -----
#w8 = #quern.precision<weights = <s8, tensor, symmetric>, activations = <u8, tensor, asymmetric>>

// CHECK-LABEL: func.func @per_tensor
// CHECK: quant.scast %{{.*}} : tensor<2x2xi8> to tensor<2x2x!quant.uniform<i8<-127:127>:f32, 0.00999999{{[0-9]*}}>>
func.func @per_tensor(%q: tensor<1x2x!quant.uniform<u8:f32, 0.5:10>>) -> tensor<1x2xf32> {
  %x = quern.dequantize %q : tensor<1x2x!quant.uniform<u8:f32, 0.5:10>> -> tensor<1x2xf32>
  %w = onnx.Constant() {value = dense<[[-1.27, 0.5], [0.5, 0.25]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %0 = onnx.MatMul(%x, %w) {quern.precision = #w8} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----
#w8 = #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, tensor, asymmetric>>

// alpha and beta move into the constants, a bias of one number is spread over the channels.
// CHECK-LABEL: func.func @gemm_factors
// CHECK: quant.scast %{{.*}} : tensor<2x2xi8> to tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {0.0199999{{[0-9]*}},0.00999999{{[0-9]*}}}>>
// CHECK: onnx.Constant() {value = dense<[300, 600]> : tensor<2xi32>}
// CHECK: onnx.Gemm({{.*}}
// CHECK-NOT: alpha
// CHECK: return
func.func @gemm_factors(%q: tensor<1x2x!quant.uniform<u8:f32, 0.5:10>>) -> tensor<1x2xf32> {
  %x = quern.dequantize %q : tensor<1x2x!quant.uniform<u8:f32, 0.5:10>> -> tensor<1x2xf32>
  %w = onnx.Constant() {value = dense<[[-1.27, 0.5], [0.635, 0.25]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %b = onnx.Constant() {value = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = onnx.Gemm(%x, %w, %b) {alpha = 2.0 : f32, beta = 3.0 : f32, transB = 1 : i64, quern.precision = #w8} : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<1xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----
#w8 = #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, tensor, asymmetric>>

// A channel of zeros has scale 1; one that is nearly zero gets a scale at which its bias fits 2^30.
// CHECK-LABEL: func.func @zero_channels
// CHECK: quant.scast %{{.*}} : tensor<2x1xi8> to tensor<2x1x!quant.uniform<i8<-127:127>:f32:0, {1.000000e+00,9.3132{{[0-9]*}}E-10}>>
// CHECK: onnx.Constant() {value = dense<[0, 1073741824]> : tensor<2xi32>}
func.func @zero_channels(%q: tensor<1x1x!quant.uniform<u8:f32, 1.0>>) -> tensor<1x2xf32> {
  %x = quern.dequantize %q : tensor<1x1x!quant.uniform<u8:f32, 1.0>> -> tensor<1x1xf32>
  %w = onnx.Constant() {value = dense<[[0.0], [1.0e-30]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %b = onnx.Constant() {value = dense<[0.0, 1.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = onnx.Gemm(%x, %w, %b) {transB = 1 : i64, quern.precision = #w8} : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----
#w8 = #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, tensor, asymmetric>>

// A weight whose codes have been chosen before: only the bias is left.
// CHECK-LABEL: func.func @biasOnly
// CHECK: onnx.Constant() {value = dense<[16, -8]> : tensor<2xi32>}
// CHECK: quant.scast %{{.*}} : tensor<2xi32> to tensor<2x!quant.uniform<i32:f32:0, {2.500000e-01,5.000000e-01}>>
func.func @biasOnly(%q: tensor<1x2x!quant.uniform<u8:f32, 0.5:10>>) -> tensor<1x2xf32> {
  %x = quern.dequantize %q : tensor<1x2x!quant.uniform<u8:f32, 0.5:10>> -> tensor<1x2xf32>
  %c = onnx.Constant() {value = dense<1> : tensor<2x2xi8>} : () -> tensor<2x2xi8>
  %s = quant.scast %c : tensor<2x2xi8> to tensor<2x2x!quant.uniform<i8:f32:1, {0.5, 1.0}>>
  %w = quern.dequantize %s : tensor<2x2x!quant.uniform<i8:f32:1, {0.5, 1.0}>> -> tensor<2x2xf32>
  %b = onnx.Constant() {value = dense<[4.0, -4.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = onnx.Gemm(%x, %w, %b) {quern.precision = #w8} : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
