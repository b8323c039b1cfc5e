// RUN: quern-opt %s --quern-quantize-weights --split-input-file --verify-diagnostics
#w8 = #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, tensor, asymmetric>>

func.func @nan_weight(%q: tensor<1x2x!quant.uniform<u8:f32, 0.5:10>>) -> tensor<1x2xf32> {
  %x = quern.dequantize %q : tensor<1x2x!quant.uniform<u8:f32, 0.5:10>> -> tensor<1x2xf32>
  %w = onnx.Constant() {value = dense<0x7FC00000> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  // expected-error@+1 {{has a weight with NaN or infinite elements, which cannot be quantized}}
  %0 = onnx.MatMul(%x, %w) {quern.precision = #w8} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----
#w8 = #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, tensor, asymmetric>>

func.func @infinite_bias(%q: tensor<1x2x!quant.uniform<u8:f32, 0.5:10>>) -> tensor<1x2xf32> {
  %x = quern.dequantize %q : tensor<1x2x!quant.uniform<u8:f32, 0.5:10>> -> tensor<1x2xf32>
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %b = onnx.Constant() {value = dense<0x7F800000> : tensor<2xf32>} : () -> tensor<2xf32>
  // expected-error@+1 {{has a bias with NaN or infinite elements, which cannot be quantized}}
  %0 = onnx.Gemm(%x, %w, %b) {quern.precision = #w8} : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----
#w8 = #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, tensor, asymmetric>>

func.func @accumulator_overflow(%q: tensor<1x70000x!quant.uniform<u8:f32, 0.5:10>>) -> tensor<1x1xf32> {
  %x = quern.dequantize %q : tensor<1x70000x!quant.uniform<u8:f32, 0.5:10>> -> tensor<1x70000xf32>
  %w = onnx.Constant() {value = dense<1.0> : tensor<70000x1xf32>} : () -> tensor<70000x1xf32>
  // expected-error@+1 {{could overflow its 32-bit accumulator; leave it float}}
  %0 = onnx.MatMul(%x, %w) {quern.precision = #w8} : (tensor<1x70000xf32>, tensor<70000x1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}

// -----
#w8 = #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, tensor, asymmetric>>

func.func @activations_float(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  // expected-error@+1 {{expected activations that are quantized per tensor}}
  %0 = onnx.MatMul(%x, %w) {quern.precision = #w8} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----
#w4 = #quern.precision<weights = <u4, channel, symmetric>, activations = <u8, tensor, asymmetric>>

func.func @unsigned_symmetric(%q: tensor<1x2x!quant.uniform<u8:f32, 0.5:10>>) -> tensor<1x2xf32> {
  %x = quern.dequantize %q : tensor<1x2x!quant.uniform<u8:f32, 0.5:10>> -> tensor<1x2xf32>
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  // expected-error@+1 {{expected symmetric signed or asymmetric unsigned weights of at most 8 bits}}
  %0 = onnx.MatMul(%x, %w) {quern.precision = #w4} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
