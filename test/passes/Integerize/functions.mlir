// RUN: quern-opt --split-input-file --pass-pipeline='builtin.module(func.func(quern-integerize))' %s | FileCheck %s

!a = !quant.uniform<u8:f32, 0.5:3>
!y = !quant.uniform<u8:f32, 0.00390625>

// CHECK-LABEL: @sigmoid
// CHECK: %[[A:.*]] = quern.storage_cast %arg0
// CHECK: %[[T:.*]] = quern.lut %[[A]] {table = dense<{{.*}}> : tensor<256xui8>} : tensor<1x4xui8> -> tensor<1x4xui8>
// CHECK-NOT: onnx.Sigmoid
func.func @sigmoid(%x: tensor<1x4x!a>) -> tensor<1x4x!y> {
  %a = quern.dequantize %x : tensor<1x4x!a> -> tensor<1x4xf32>
  %s = onnx.Sigmoid(%a) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %q = quern.quantize %s : tensor<1x4xf32> -> tensor<1x4x!y>
  return %q : tensor<1x4x!y>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>

// x * sigmoid(x) and constants that are the same for every element: one table.
// CHECK-LABEL: @chain
// CHECK-COUNT-1: quern.lut
// CHECK-NOT: onnx.
func.func @chain(%x: tensor<1x4x!a>) -> tensor<1x4x!a> {
  %two = onnx.Constant() {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %none = onnx.NoValue() : () -> none
  %a = quern.dequantize %x : tensor<1x4x!a> -> tensor<1x4xf32>
  %s = onnx.Sigmoid(%a) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %m = onnx.Mul(%a, %s) : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %d = onnx.Div(%m, %two) : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %c = onnx.Clip(%d, %none, %two) : (tensor<1x4xf32>, none, tensor<f32>) -> tensor<1x4xf32>
  %q = quern.quantize %c : tensor<1x4xf32> -> tensor<1x4x!a>
  return %q : tensor<1x4x!a>
}

// -----

!a = !quant.uniform<u8:f32, 1.0:3>
!y = !quant.uniform<i8:f32, 2.0:-1>

// A change of scale: code 5 is 2.0, code 1 of the result less 1 is 0; code 4 is 1.0, half a step, rounded to even.
// CHECK-LABEL: @requantize
// CHECK: quern.lut {{.*}} : tensor<256xi8>} : tensor<4xui8> -> tensor<4xi8>
// CHECK: quant.scast
func.func @requantize(%x: tensor<4x!a>) -> tensor<4x!y> {
  %a = quern.dequantize %x : tensor<4x!a> -> tensor<4xf32>
  %q = quern.quantize %a : tensor<4xf32> -> tensor<4x!y>
  return %q : tensor<4x!y>
}

// -----

!a = !quant.uniform<i8:f32, 0.5:3>

// The result leaves as reals: a table of reals, made of the whole chain.
// CHECK-LABEL: @reals
// CHECK: quern.lut {{.*}} : tensor<256xf32>} : tensor<4xi8> -> tensor<4xf32>
// CHECK-NOT: onnx.
func.func @reals(%x: tensor<4x!a>) -> tensor<4xf32> {
  %a = quern.dequantize %x : tensor<4x!a> -> tensor<4xf32>
  %t = onnx.Tanh(%a) : (tensor<4xf32>) -> tensor<4xf32>
  %r = onnx.Abs(%t) : (tensor<4xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}
