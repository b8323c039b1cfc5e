// RUN: quern-opt %s --quern-fold-edge-transforms --split-input-file --verify-diagnostics | FileCheck %s

// C1: the residual reads the normalized value too.
// CHECK-LABEL: func.func @other_reader_C1
// CHECK: %[[M:.*]] = onnx.Mul(%arg0, %{{.*}})
// CHECK: %[[F:.*]] = onnx.Constant() {value = dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.Mul(%[[M]], %[[F]])
// CHECK: return %[[M]], %[[Y]]
func.func @other_reader_C1(%n: tensor<8x2xf32>) -> (tensor<8x2xf32>, tensor<8x2xf32>) {
  %gamma = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %m = onnx.Mul(%n, %gamma) : (tensor<8x2xf32>, tensor<2xf32>) -> tensor<8x2xf32>
  // expected-remark @below {{a multiplication for each of 16 elements remains}}
  %y = quern.edge_transform %m {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 0.0, 0.0>} : tensor<8x2xf32>
  return %m, %y : tensor<8x2xf32>, tensor<8x2xf32>
}

// -----

// C2: a weight that arrived quantized.
// CHECK-LABEL: func.func @frozen_C2
// CHECK: quern.dequantize
// CHECK: onnx.MatMul
// CHECK: onnx.Mul
func.func @frozen_C2(%x: tensor<8x2xf32>) -> tensor<8x2xf32> {
  %codes = onnx.Constant() {value = dense<1> : tensor<2x2xi8>} : () -> tensor<2x2xi8>
  %q = quant.scast %codes : tensor<2x2xi8> to tensor<2x2x!quant.uniform<i8:f32, 0.5>>
  %w = quern.dequantize %q : tensor<2x2x!quant.uniform<i8:f32, 0.5>> -> tensor<2x2xf32>
  %m = onnx.MatMul(%x, %w) : (tensor<8x2xf32>, tensor<2x2xf32>) -> tensor<8x2xf32>
  // expected-remark @below {{cannot be folded}}
  %y = quern.edge_transform %m {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 0.0, 0.0>} : tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// -----

// C3: a shift does not pass Relu, but the scale does; nothing passes GELU; a residual sum has two computed sides.
// CHECK-LABEL: func.func @relu_shift_C3
// CHECK: onnx.Constant() {value = dense<{{\[\[}}5.000000e-01, 2.500000e-01]
// CHECK: onnx.Relu
// CHECK-NOT: onnx.Mul
// CHECK: onnx.Constant() {value = dense<[-5.000000e-01,
// CHECK: onnx.Add{{.*}}quern.float_reason
func.func @relu_shift_C3(%x: tensor<8x2xf32>) -> tensor<8x2xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %m = onnx.MatMul(%x, %w) : (tensor<8x2xf32>, tensor<2x2xf32>) -> tensor<8x2xf32>
  %r = onnx.Relu(%m) : (tensor<8x2xf32>) -> tensor<8x2xf32>
  // expected-remark @below {{a shift of channels cannot be folded into what produces them: an addition for each of 16 elements remains}}
  %y = quern.edge_transform %r {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 1.0, 0.0>} : tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// CHECK-LABEL: func.func @gelu_C3
// CHECK: onnx.Gelu
// CHECK: onnx.Mul
func.func @gelu_C3(%x: tensor<8x2xf32>) -> tensor<8x2xf32> {
  %g = onnx.Gelu(%x) : (tensor<8x2xf32>) -> tensor<8x2xf32>
  // expected-remark @below {{cannot be folded}}
  %y = quern.edge_transform %g {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 0.0, 0.0>} : tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}

// CHECK-LABEL: func.func @residual_C3
// CHECK: onnx.Add
// CHECK: onnx.Mul
func.func @residual_C3(%x: tensor<8x2xf32>, %r: tensor<8x2xf32>) -> tensor<8x2xf32> {
  %s = onnx.Add(%x, %r) : (tensor<8x2xf32>, tensor<8x2xf32>) -> tensor<8x2xf32>
  // expected-remark @below {{cannot be folded}}
  %y = quern.edge_transform %s {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 0.0, 0.0>} : tensor<8x2xf32>
  return %y : tensor<8x2xf32>
}
