// RUN: quern-opt --split-input-file --pass-pipeline='builtin.module(func.func(quern-integerize))' %s | FileCheck %s

!a = !quant.uniform<u8:f32, 0.5:3>

// CHECK-LABEL: @pool
// CHECK: onnx.MaxPool(%{{.*}}) {{.*}}(tensor<1x2x4x4xui8>) -> (tensor<1x2x2x2xui8>, none)
// CHECK-NOT: quern.lut
func.func @pool(%x: tensor<1x2x4x4x!a>) -> tensor<1x2x2x2x!a> {
  %a = quern.dequantize %x : tensor<1x2x4x4x!a> -> tensor<1x2x4x4xf32>
  %p:2 = onnx.MaxPool(%a) {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>) -> (tensor<1x2x2x2xf32>, none)
  %q = quern.quantize %p#0 : tensor<1x2x2x2xf32> -> tensor<1x2x2x2x!a>
  return %q : tensor<1x2x2x2x!a>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>

// Padding with zeros pads with the zero point.
// CHECK-LABEL: @pad
// CHECK: %[[Z:.*]] = onnx.Constant() {value = dense<3> : tensor<ui8>}
// CHECK: onnx.Pad(%{{.*}}, %{{.*}}, %[[Z]], %{{.*}}) {{.*}}-> tensor<6xui8>
func.func @pad(%x: tensor<4x!a>) -> tensor<6xf32> {
  %none = onnx.NoValue() : () -> none
  %pads = onnx.Constant() {value = dense<1> : tensor<2xi64>} : () -> tensor<2xi64>
  %a = quern.dequantize %x : tensor<4x!a> -> tensor<4xf32>
  %p = onnx.Pad(%a, %pads, %none, %none) : (tensor<4xf32>, tensor<2xi64>, none, none) -> tensor<6xf32>
  return %p : tensor<6xf32>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>
!b = !quant.uniform<u8:f32, 0.25:7>

// Operands of one scale move as they are; another scale is changed by table first.
// CHECK-LABEL: @concat
// CHECK-DAG: %[[A:.*]] = quern.storage_cast %arg0
// CHECK-DAG: %[[B:.*]] = quern.storage_cast %arg1
// CHECK: %[[T:.*]] = quern.lut %[[B]]
// CHECK: onnx.Concat(%[[A]], %[[T]]) {{.*}}-> tensor<8xui8>
func.func @concat(%x: tensor<4x!a>, %z: tensor<4x!b>) -> tensor<8x!a> {
  %a = quern.dequantize %x : tensor<4x!a> -> tensor<4xf32>
  %b = quern.dequantize %z : tensor<4x!b> -> tensor<4xf32>
  %c = onnx.Concat(%a, %b) {axis = 0 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  %q = quern.quantize %c : tensor<8xf32> -> tensor<8x!a>
  return %q : tensor<8x!a>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>

// ONNX has no GlobalMaxPool of integers; ReduceMax is the same.
// CHECK-LABEL: @globalMaxPool
// CHECK: onnx.ReduceMax({{.*}}) : (tensor<1x2x4x4xui8>, tensor<2xi64>) -> tensor<1x2x1x1xui8>
func.func @globalMaxPool(%x: tensor<1x2x4x4x!a>) -> tensor<1x2x1x1xf32> {
  %a = quern.dequantize %x : tensor<1x2x4x4x!a> -> tensor<1x2x4x4xf32>
  %p = onnx.GlobalMaxPool(%a) : (tensor<1x2x4x4xf32>) -> tensor<1x2x1x1xf32>
  return %p : tensor<1x2x1x1xf32>
}
