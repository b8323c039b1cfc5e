// RUN: quern-opt %s --quern-import-quantization --split-input-file --verify-diagnostics

func.func @zero_scale(%x: tensor<4xf32>) -> tensor<4xui8> {
  %s = onnx.Constant() {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %z = onnx.Constant() {value = dense<128> : tensor<ui8>} : () -> tensor<ui8>
  // expected-error@+1 {{expected scales that are finite, positive and normal}}
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %q : tensor<4xui8>
}

// -----

func.func @negative_scale(%x: tensor<4xui8>) -> tensor<4xf32> {
  %s = onnx.Constant() {value = dense<-1.0> : tensor<f32>} : () -> tensor<f32>
  %z = onnx.Constant() {value = dense<128> : tensor<ui8>} : () -> tensor<ui8>
  // expected-error@+1 {{expected scales that are finite, positive and normal}}
  %q = onnx.DequantizeLinear(%x, %s, %z) : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
  return %q : tensor<4xf32>
}

// -----

func.func @infinite_scale(%x: tensor<4xui8>) -> tensor<4xf32> {
  %s = onnx.Constant() {value = dense<0x7F800000> : tensor<f32>} : () -> tensor<f32>
  %z = onnx.Constant() {value = dense<128> : tensor<ui8>} : () -> tensor<ui8>
  // expected-error@+1 {{expected scales that are finite, positive and normal}}
  %q = onnx.DequantizeLinear(%x, %s, %z) : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
  return %q : tensor<4xf32>
}
