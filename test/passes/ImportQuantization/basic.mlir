// RUN: quern-opt %s --quern-import-quantization --split-input-file | FileCheck %s
// RUN: quern-opt %s --quern-import-quantization --split-input-file > %t.once
// RUN: quern-opt %t.once --quern-import-quantization --split-input-file > %t.twice
// RUN: diff %t.once %t.twice

// CHECK: module attributes {quern.prequantized}
// CHECK-LABEL: func.func @pair
// CHECK: %[[Q:.*]] = quern.quantize %{{.*}} : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT: %[[D:.*]] = quern.dequantize %[[Q]]
// CHECK-NEXT: return %[[D]]
func.func @pair(%x: tensor<4xf32>) -> tensor<4xf32> {
  %s = onnx.Constant() {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %z = onnx.Constant() {value = dense<128> : tensor<ui8>} : () -> tensor<ui8>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  %d = onnx.DequantizeLinear(%q, %s, %z) : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
  return %d : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @per_axis
// CHECK: %[[W:.*]] = onnx.Constant
// CHECK: %[[C:.*]] = quant.scast %[[W]] : tensor<2x2xi8> to tensor<2x2x!quant.uniform<i8:f32:1, {5.000000e-01,2.500000e-01}>>
// CHECK: quern.dequantize %[[C]]
func.func @per_axis() -> tensor<2x2xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>} : () -> tensor<2x2xi8>
  %s = onnx.Constant() {value = dense<[0.5, 0.25]> : tensor<2xf32>} : () -> tensor<2xf32>
  %d = onnx.DequantizeLinear(%w, %s, %none) {axis = -1 : i64} : (tensor<2x2xi8>, tensor<2xf32>, none) -> tensor<2x2xf32>
  return %d : tensor<2x2xf32>
}

// -----

// CHECK-LABEL: func.func @blocks
// CHECK: quant.scast %{{.*}} : tensor<4x1xi8> to tensor<4x1x!quant.uniform<i8:f32:{0:2, 1:1}, {{[{][{]}}5.000000e-01}, {2.500000e-01}}>>
func.func @blocks() -> tensor<4x1xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<[[1], [2], [3], [4]]> : tensor<4x1xi8>} : () -> tensor<4x1xi8>
  %s = onnx.Constant() {value = dense<[[0.5], [0.25]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %d = onnx.DequantizeLinear(%w, %s, %none) {axis = 0 : i64, block_size = 2 : i64} : (tensor<4x1xi8>, tensor<2x1xf32>, none) -> tensor<4x1xf32>
  return %d : tensor<4x1xf32>
}

// -----

// CHECK-LABEL: func.func @qlinear_conv
// CHECK-DAG: %[[B:.*]] = quern.dequantize %{{.*}} : tensor<2x!quant.uniform<i32:f32:0, {2.500000e-01,1.250000e-01}>> -> tensor<2xf32>
// CHECK-DAG: %[[X:.*]] = quern.dequantize %{{.*}} : tensor<1x1x2x2x!quant.uniform<u8:f32, 5.000000e-01:3>> -> tensor<1x1x2x2xf32>
// CHECK-DAG: %[[W:.*]] = quern.dequantize %{{.*}} : tensor<2x1x1x1x!quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01}>> -> tensor<2x1x1x1xf32>
// CHECK: %[[Y:.*]] = onnx.Conv(%[[X]], %[[W]], %[[B]])
// CHECK: %[[Q:.*]] = quern.quantize %[[Y]] : tensor<1x2x2x2xf32> -> tensor<1x2x2x2x!quant.uniform<u8:f32, 2.000000e+00:4>>
// CHECK: %[[U:.*]] = quern.storage_cast %[[Q]] : tensor<1x2x2x2x!quant.uniform<u8:f32, 2.000000e+00:4>> -> tensor<1x2x2x2xui8>
// CHECK: return %[[U]]
func.func @qlinear_conv(%x: tensor<1x1x2x2xui8>) -> tensor<1x2x2x2xui8> {
  %xs = onnx.Constant() {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %xz = onnx.Constant() {value = dense<3> : tensor<ui8>} : () -> tensor<ui8>
  %w = onnx.Constant() {value = dense<7> : tensor<2x1x1x1xi8>} : () -> tensor<2x1x1x1xi8>
  %ws = onnx.Constant() {value = dense<[0.5, 0.25]> : tensor<2xf32>} : () -> tensor<2xf32>
  %wz = onnx.Constant() {value = dense<0> : tensor<2xi8>} : () -> tensor<2xi8>
  %ys = onnx.Constant() {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %yz = onnx.Constant() {value = dense<4> : tensor<ui8>} : () -> tensor<ui8>
  %b = onnx.Constant() {value = dense<9> : tensor<2xi32>} : () -> tensor<2xi32>
  %y = onnx.QLinearConv(%x, %xs, %xz, %w, %ws, %wz, %ys, %yz, %b) : (tensor<1x1x2x2xui8>, tensor<f32>, tensor<ui8>, tensor<2x1x1x1xi8>, tensor<2xf32>, tensor<2xi8>, tensor<f32>, tensor<ui8>, tensor<2xi32>) -> tensor<1x2x2x2xui8>
  return %y : tensor<1x2x2x2xui8>
}

// -----

// CHECK-LABEL: func.func @qlinear_matmul
// CHECK: %[[Y:.*]] = onnx.MatMul(%{{.*}}, %{{.*}}) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
// CHECK: quern.quantize %[[Y]]
func.func @qlinear_matmul(%a: tensor<1x2xui8>) -> tensor<1x2xui8> {
  %s = onnx.Constant() {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %z = onnx.Constant() {value = dense<3> : tensor<ui8>} : () -> tensor<ui8>
  %b = onnx.Constant() {value = dense<7> : tensor<2x2xi8>} : () -> tensor<2x2xi8>
  %bz = onnx.Constant() {value = dense<0> : tensor<i8>} : () -> tensor<i8>
  %y = onnx.QLinearMatMul(%a, %s, %z, %b, %s, %bz, %s, %z) : (tensor<1x2xui8>, tensor<f32>, tensor<ui8>, tensor<2x2xi8>, tensor<f32>, tensor<i8>, tensor<f32>, tensor<ui8>) -> tensor<1x2xui8>
  return %y : tensor<1x2xui8>
}
