// RUN: quern-opt --split-input-file --pass-pipeline='builtin.module(func.func(quern-integerize))' %s | FileCheck %s

!a = !quant.uniform<u8:f32, 0.5:3>
!y = !quant.uniform<u8:f32, 0.25:10>

// CHECK-LABEL: @window
// CHECK: quern.qlinear_average_pool {{.*}} {count_include_pad = false, dilations = array<i64: 1, 1>, input_zero_point = 3 : i64, kernel_shape = array<i64: 3, 3>, max = 255 : i64, min = 0 : i64, multiplier = 2.000000e+00 : f32, pads = array<i64: 0, 0, 1, 1>, strides = array<i64: 2, 2>, zero_point = 10 : i64}
func.func @window(%x: tensor<1x2x6x6x!a>) -> tensor<1x2x3x3x!y> {
  %a = quern.dequantize %x : tensor<1x2x6x6x!a> -> tensor<1x2x6x6xf32>
  %p = onnx.AveragePool(%a) {kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 2>, auto_pad = "SAME_UPPER"} : (tensor<1x2x6x6xf32>) -> tensor<1x2x3x3xf32>
  %q = quern.quantize %p : tensor<1x2x3x3xf32> -> tensor<1x2x3x3x!y>
  return %q : tensor<1x2x3x3x!y>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>

// The quantization behind the movement goes before it.
// CHECK-LABEL: @global
// CHECK: %[[M:.*]] = quern.qlinear_global_average_pool {{.*}} {axes = array<i64: 2, 3>, {{.*}}keep_dims = true{{.*}}} : tensor<1x2x6x6xui8> -> tensor<1x2x1x1xui8>
// CHECK: onnx.Flatten(%[[M]]) {{.*}}: (tensor<1x2x1x1xui8>) -> tensor<1x2xui8>
func.func @global(%x: tensor<1x2x6x6x!a>) -> tensor<1x2x!a> {
  %a = quern.dequantize %x : tensor<1x2x6x6x!a> -> tensor<1x2x6x6xf32>
  %p = onnx.GlobalAveragePool(%a) : (tensor<1x2x6x6xf32>) -> tensor<1x2x1x1xf32>
  %f = onnx.Flatten(%p) {axis = 1 : i64} : (tensor<1x2x1x1xf32>) -> tensor<1x2xf32>
  %q = quern.quantize %f : tensor<1x2xf32> -> tensor<1x2x!a>
  return %q : tensor<1x2x!a>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>

// CHECK-LABEL: @reduce
// CHECK: quern.qlinear_global_average_pool {{.*}} {axes = array<i64: 1>, {{.*}}keep_dims = false
func.func @reduce(%x: tensor<1x6x2x!a>) -> tensor<1x2x!a> {
  %axes = onnx.Constant() {value = dense<-2> : tensor<1xi64>} : () -> tensor<1xi64>
  %a = quern.dequantize %x : tensor<1x6x2x!a> -> tensor<1x6x2xf32>
  %p = onnx.ReduceMean(%a, %axes) {keepdims = 0 : i64} : (tensor<1x6x2xf32>, tensor<1xi64>) -> tensor<1x2xf32>
  %q = quern.quantize %p : tensor<1x2xf32> -> tensor<1x2x!a>
  return %q : tensor<1x2x!a>
}
