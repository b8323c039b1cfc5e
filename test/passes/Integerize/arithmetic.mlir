// RUN: quern-opt --split-input-file --pass-pipeline='builtin.module(func.func(quern-integerize))' %s | FileCheck %s

!a = !quant.uniform<u8:f32, 0.5:3>
!b = !quant.uniform<u8:f32, 0.25:7>
!y = !quant.uniform<u8:f32, 1.0:10>

// CHECK-LABEL: @add
// CHECK: quern.qlinear_add {{.*}} {a_multiplier = 5.000000e-01 : f32, a_zero_point = 3 : i64, b_multiplier = 2.500000e-01 : f32, b_zero_point = 7 : i64, max = 255 : i64, min = 10 : i64, zero_point = 10 : i64} : (tensor<1x2x4xui8>, tensor<2x1xui8>) -> tensor<1x2x4xui8>
func.func @add(%x: tensor<1x2x4x!a>, %z: tensor<2x1x!b>) -> tensor<1x2x4x!y> {
  %a = quern.dequantize %x : tensor<1x2x4x!a> -> tensor<1x2x4xf32>
  %b = quern.dequantize %z : tensor<2x1x!b> -> tensor<2x1xf32>
  %s = onnx.Add(%a, %b) : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  %r = onnx.Relu(%s) : (tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
  %q = quern.quantize %r : tensor<1x2x4xf32> -> tensor<1x2x4x!y>
  return %q : tensor<1x2x4x!y>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>
!b = !quant.uniform<u8:f32, 0.25:7>

// A difference is the sum with the mirrored codes: 255 - q, zero point 255 - 7.
// CHECK-LABEL: @subtract
// CHECK: %[[N:.*]] = quern.lut {{.*}}dense<"0xFFFEFD
// CHECK: quern.qlinear_add %{{.*}}, %[[N]] {{.*}}b_zero_point = 248
func.func @subtract(%x: tensor<4x!a>, %z: tensor<4x!b>) -> tensor<4x!a> {
  %a = quern.dequantize %x : tensor<4x!a> -> tensor<4xf32>
  %b = quern.dequantize %z : tensor<4x!b> -> tensor<4xf32>
  %s = onnx.Sub(%a, %b) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %q = quern.quantize %s : tensor<4xf32> -> tensor<4x!a>
  return %q : tensor<4x!a>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>
!b = !quant.uniform<i8:f32, 0.25:7>

// CHECK-LABEL: @multiply
// CHECK: quern.qlinear_mul {{.*}} {a_zero_point = 3 : i64, b_zero_point = 7 : i64, max = 255 : i64, min = 0 : i64, multiplier = 2.500000e-01 : f32, zero_point = 3 : i64} : (tensor<4xui8>, tensor<4xi8>) -> tensor<4xui8>
func.func @multiply(%x: tensor<4x!a>, %z: tensor<4x!b>) -> tensor<4x!a> {
  %a = quern.dequantize %x : tensor<4x!a> -> tensor<4xf32>
  %b = quern.dequantize %z : tensor<4x!b> -> tensor<4xf32>
  %s = onnx.Mul(%a, %b) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %q = quern.quantize %s : tensor<4xf32> -> tensor<4x!a>
  return %q : tensor<4x!a>
}
