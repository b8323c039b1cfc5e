// RUN: quern-opt --split-input-file --pass-pipeline='builtin.module(func.func(quern-integerize))' %s | FileCheck %s

!a = !quant.uniform<u8:f32, 0.5:3>
!y = !quant.uniform<u8:f32, 0.00390625>

// CHECK-LABEL: @codes
// CHECK: quern.qlinear_softmax {{.*}} {axis = 1 : i64, max = 255 : i64, min = 0 : i64, output_scale = 3.906250e-03 : f32, table = {{.*}}, zero_point = 0 : i64} : tensor<1x10xui8> -> tensor<1x10xui8>
func.func @codes(%x: tensor<1x10x!a>) -> tensor<1x10x!y> {
  %a = quern.dequantize %x : tensor<1x10x!a> -> tensor<1x10xf32>
  %s = onnx.Softmax(%a) : (tensor<1x10xf32>) -> tensor<1x10xf32>
  %q = quern.quantize %s : tensor<1x10xf32> -> tensor<1x10x!y>
  return %q : tensor<1x10x!y>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>

// CHECK-LABEL: @reals
// CHECK: quern.qlinear_softmax {{.*}} {axis = 0 : i64, table = {{.*}}} : tensor<10xui8> -> tensor<10xf32>
func.func @reals(%x: tensor<10x!a>) -> tensor<10xf32> {
  %a = quern.dequantize %x : tensor<10x!a> -> tensor<10xf32>
  %s = onnx.Softmax(%a) {axis = -1 : i64} : (tensor<10xf32>) -> tensor<10xf32>
  return %s : tensor<10xf32>
}
