// RUN: quern-opt %s --quern-round-weights --split-input-file | FileCheck %s
#w4 = #quern.precision<weights = <s4, channel, symmetric>>

// Both rows of x are always alike, so the error of the first is made good by the second: 3.4 rounds to 3, and
// the 0.4 that is left takes 3.3 to 4 (nearly 3.3 + 0.4, the damping takes a little). Round to nearest gives 3 and 3.
// CHECK-LABEL: func.func @compensate
// CHECK: onnx.Constant() {value = dense<{{\[}}[3], [4], [7]]> : tensor<3x1xi4>}
// CHECK: onnx.MatMul(%arg0, %{{.*}}) {quern.precision = #{{.*}}}
// CHECK-NOT: second_moment
func.func @compensate(%x: tensor<1x3xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = dense<[[3.4], [3.3], [7.0]]> : tensor<3x1xf32>} : () -> tensor<3x1xf32>
  %0 = onnx.MatMul(%x, %w) {quern.precision = #w4, quern.second_moment = dense<[[10.0, 10.0, 0.0], [10.0, 10.0, 0.0], [0.0, 0.0, 1.0]]> : tensor<3x3xf64>} : (tensor<1x3xf32>, tensor<3x1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}

// -----
#w4 = #quern.precision<weights = <s4, channel, symmetric>>

// Nothing is known of the activations: left to plain rounding.
// CHECK-LABEL: func.func @no_moment
// CHECK-NOT: quern.dequantize
// CHECK: return
func.func @no_moment(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = dense<[[3.4], [7.0]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %0 = onnx.MatMul(%x, %w) {quern.precision = #w4} : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}

// -----
#w4 = #quern.precision<weights = <s4, channel, symmetric>, activations = <u8, tensor, asymmetric>>

// A convolution is a product of its windows: the example of @compensate over three channels, beside 8-bit codes.
// Since the codes' first two add up to more than the weights' do, the scale falls until the product fits best: with
// H + 0.35 I and v = (3, 4, 7), v^T (H + 0.35 I) w / v^T (H + 0.35 I) v = 543.34 / 564.9.
// CHECK-LABEL: func.func @convolution
// CHECK: onnx.Constant() {value = dense<{{\[\[\[\[}}3]], {{\[\[}}4]], {{\[\[}}7]]]]> : tensor<1x3x1x1xi4>}
// CHECK: quant.scast %{{.*}} to tensor<1x3x1x1x!quant.uniform<i4<-7:7>:f32:0, {0.96183{{[0-9]*}}}>>
func.func @convolution(%q: tensor<1x3x2x2x!quant.uniform<u8:f32, 0.5:10>>) -> tensor<1x1x2x2xf32> {
  %x = quern.dequantize %q : tensor<1x3x2x2x!quant.uniform<u8:f32, 0.5:10>> -> tensor<1x3x2x2xf32>
  %w = onnx.Constant() {value = dense<[[[[3.4]], [[3.3]], [[7.0]]]]> : tensor<1x3x1x1xf32>} : () -> tensor<1x3x1x1xf32>
  %none = onnx.NoValue() : () -> none
  %0 = onnx.Conv(%x, %w, %none) {quern.precision = #w4, quern.second_moment = dense<[[10.0, 10.0, 0.0], [10.0, 10.0, 0.0], [0.0, 0.0, 1.0]]> : tensor<3x3xf64>} : (tensor<1x3x2x2xf32>, tensor<1x3x1x1xf32>, none) -> tensor<1x1x2x2xf32>
  return %0 : tensor<1x1x2x2xf32>
}

// -----
#w4 = #quern.precision<weights = <u4, channel, asymmetric>, activations = <u8, tensor, asymmetric>>

// At the weight's own scale, 1e-6, the bias would not fit i32: the scale grows to 5e8 / (0.5 * 2^30).
// CHECK-LABEL: func.func @largeBias
// CHECK: quern.storage_cast %{{.*}} -> tensor<2x1x!quant.uniform<u4:f32:1, {0.93132257{{.*}}}>>
func.func @largeBias(%q: tensor<1x2x!quant.uniform<u8:f32, 0.5:10>>) -> tensor<1x1xf32> {
  %x = quern.dequantize %q : tensor<1x2x!quant.uniform<u8:f32, 0.5:10>> -> tensor<1x2xf32>
  %w = onnx.Constant() {value = dense<[[1.5e-5], [0.0]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %b = onnx.Constant() {value = dense<5.0e8> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = onnx.Gemm(%x, %w, %b) {quern.precision = #w4, quern.second_moment = dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf64>} : (tensor<1x2xf32>, tensor<2x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}
