// RUN: quern-opt %s --quern-import-quantization --split-input-file | FileCheck %s

// CHECK-NOT: quern.prequantized
// CHECK-LABEL: func.func @computed_scale
// CHECK: onnx.QuantizeLinear
func.func @computed_scale(%x: tensor<4xf32>, %s: tensor<f32>) -> tensor<4xui8> {
  %z = onnx.Constant() {value = dense<128> : tensor<ui8>} : () -> tensor<ui8>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  return %q : tensor<4xui8>
}

// -----

// CHECK-LABEL: func.func @not_float32
// CHECK: onnx.QuantizeLinear
func.func @not_float32(%x: tensor<4xf16>) -> tensor<4xui8> {
  %s = onnx.Constant() {value = dense<0.5> : tensor<f16>} : () -> tensor<f16>
  %z = onnx.Constant() {value = dense<128> : tensor<ui8>} : () -> tensor<ui8>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<4xf16>, tensor<f16>, tensor<ui8>) -> tensor<4xui8>
  return %q : tensor<4xui8>
}

// -----

// CHECK-LABEL: func.func @float_model
// CHECK-NOT: quern
func.func @float_model(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = onnx.Relu(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
