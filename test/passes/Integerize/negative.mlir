// RUN: quern-opt --split-input-file --pass-pipeline='builtin.module(func.func(quern-integerize))' %s | FileCheck %s

!a = !quant.uniform<u8:f32, 0.5:3>

// CHECK-LABEL: @weightIsFloat
// CHECK: onnx.Conv({{.*}}) {{.*}}quern.float_reason = "expected the weight as codes; {{.*}} gives floats", quern.float_remedy = "quantize the weight"
func.func @weightIsFloat(%x: tensor<1x1x3x3x!a>, %w: tensor<1x1x1x1xf32>) -> tensor<1x1x3x3xf32> {
  %none = onnx.NoValue() : () -> none
  %a = quern.dequantize %x : tensor<1x1x3x3x!a> -> tensor<1x1x3x3xf32>
  %c = onnx.Conv(%a, %w, %none) : (tensor<1x1x3x3xf32>, tensor<1x1x1x1xf32>, none) -> tensor<1x1x3x3xf32>
  return %c : tensor<1x1x3x3xf32>
}

// -----

!w = !quant.uniform<i8:f32, 0.25>

// CHECK-LABEL: @activationIsFloat
// CHECK: onnx.MatMul({{.*}}) {quern.float_reason = "expected operands of 8-bit codes; input 'in' gives floats"
func.func @activationIsFloat(%x: tensor<4x2xf32> {onnx.name = "in"}, %w: tensor<2x3x!w>) -> tensor<4x3xf32> {
  %b = quern.dequantize %w : tensor<2x3x!w> -> tensor<2x3xf32>
  %c = onnx.MatMul(%x, %b) : (tensor<4x2xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return %c : tensor<4x3xf32>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32:0, {0.25, 0.125}>

// Scales along the reduced dimension cannot leave the sum.
// CHECK-LABEL: @scalesAlongTerms
// CHECK: onnx.MatMul({{.*}}) {quern.float_reason = "expected weight scales along the output channels, axis 1, not along axis 0"
func.func @scalesAlongTerms(%x: tensor<4x2x!a>, %w: tensor<2x3x!w>) -> tensor<4x3xf32> {
  %a = quern.dequantize %x : tensor<4x2x!a> -> tensor<4x2xf32>
  %b = quern.dequantize %w : tensor<2x3x!w> -> tensor<2x3xf32>
  %c = onnx.MatMul(%a, %b) : (tensor<4x2xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return %c : tensor<4x3xf32>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32:{0:2}, {{0.25}, {0.125}}>

// CHECK-LABEL: @scalesPerBlock
// CHECK: onnx.MatMul({{.*}}) {quern.float_reason = "expected a constant matrix whose blocks run along the reduced dimension"
func.func @scalesPerBlock(%x: tensor<4x4x!a>, %w: tensor<4x1x!w>) -> tensor<4x1xf32> {
  %a = quern.dequantize %x : tensor<4x4x!a> -> tensor<4x4xf32>
  %b = quern.dequantize %w : tensor<4x1x!w> -> tensor<4x1xf32>
  %c = onnx.MatMul(%a, %b) : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x1xf32>
  return %c : tensor<4x1xf32>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32, 0.25>

// 252 * 128 * 70000 > 2^31 - 1.
// CHECK-LABEL: @accumulatorOverflows
// CHECK: onnx.MatMul({{.*}}) {quern.float_reason = "expected sums within 32 bits; output channel 0 may reach 2257920000", quern.float_remedy = "split the reduction of 70000 terms, or use weights of fewer bits"
func.func @accumulatorOverflows(%x: tensor<1x70000x!a>, %w: tensor<70000x1x!w>) -> tensor<1x1xf32> {
  %a = quern.dequantize %x : tensor<1x70000x!a> -> tensor<1x70000xf32>
  %b = quern.dequantize %w : tensor<70000x1x!w> -> tensor<70000x1xf32>
  %c = onnx.MatMul(%a, %b) : (tensor<1x70000xf32>, tensor<70000x1xf32>) -> tensor<1x1xf32>
  return %c : tensor<1x1xf32>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32, 0.25>

// CHECK-LABEL: @biasBeyond32Bits
// CHECK: onnx.Gemm({{.*}}) {{.*}}quern.float_reason = "expected a bias within 32 bits at the accumulator's scale; element 1 is not"
func.func @biasBeyond32Bits(%x: tensor<4x2x!a>, %w: tensor<2x2x!w>) -> tensor<4x2xf32> {
  %bias = onnx.Constant() {value = dense<[1.0, 1.0e30]> : tensor<2xf32>} : () -> tensor<2xf32>
  %a = quern.dequantize %x : tensor<4x2x!a> -> tensor<4x2xf32>
  %b = quern.dequantize %w : tensor<2x2x!w> -> tensor<2x2xf32>
  %c = onnx.Gemm(%a, %b, %bias) : (tensor<4x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  return %c : tensor<4x2xf32>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32, 0.25>

// CHECK-LABEL: @alpha
// CHECK: onnx.Gemm({{.*}}) {alpha = 2.000000e+00 : f32, quern.float_reason = "expected alpha = 1", quern.float_remedy = "fold alpha into the weight's scale"
func.func @alpha(%x: tensor<4x2x!a>, %w: tensor<2x2x!w>) -> tensor<4x2xf32> {
  %none = onnx.NoValue() : () -> none
  %a = quern.dequantize %x : tensor<4x2x!a> -> tensor<4x2xf32>
  %b = quern.dequantize %w : tensor<2x2x!w> -> tensor<2x2xf32>
  %c = onnx.Gemm(%a, %b, %none) {alpha = 2.0 : f32} : (tensor<4x2xf32>, tensor<2x2xf32>, none) -> tensor<4x2xf32>
  return %c : tensor<4x2xf32>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>
!b = !quant.uniform<u8:f32, 0.25:7>

// Nothing says what scale the result would have.
// CHECK-LABEL: @scalesDiffer
// CHECK: onnx.Concat({{.*}}tensor<8xf32>
func.func @scalesDiffer(%x: tensor<4x!a>, %z: tensor<4x!b>) -> tensor<8xf32> {
  %a = quern.dequantize %x : tensor<4x!a> -> tensor<4xf32>
  %b = quern.dequantize %z : tensor<4x!b> -> tensor<4xf32>
  %c = onnx.Concat(%a, %b) {axis = 0 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  return %c : tensor<8xf32>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>

// 0.3 is no code.
// CHECK-LABEL: @paddingIsNoCode
// CHECK: onnx.Pad({{.*}}-> tensor<6xf32>
func.func @paddingIsNoCode(%x: tensor<4x!a>) -> tensor<6xf32> {
  %none = onnx.NoValue() : () -> none
  %value = onnx.Constant() {value = dense<0.3> : tensor<f32>} : () -> tensor<f32>
  %pads = onnx.Constant() {value = dense<1> : tensor<2xi64>} : () -> tensor<2xi64>
  %a = quern.dequantize %x : tensor<4x!a> -> tensor<4xf32>
  %p = onnx.Pad(%a, %pads, %value, %none) : (tensor<4xf32>, tensor<2xi64>, tensor<f32>, none) -> tensor<6xf32>
  return %p : tensor<6xf32>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>

// Every value would be the code 3.
// CHECK-LABEL: @clampLeavesOneCode
// CHECK: onnx.Add({{.*}}) {quern.float_reason = "expected operands of 8-bit codes; input 'other' gives floats"
// CHECK: onnx.Clip
func.func @clampLeavesOneCode(%x: tensor<4x!a>, %f: tensor<4xf32> {onnx.name = "other"}) -> tensor<4x!a> {
  %low = onnx.Constant() {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %high = onnx.Constant() {value = dense<0.1> : tensor<f32>} : () -> tensor<f32>
  %a = quern.dequantize %x : tensor<4x!a> -> tensor<4xf32>
  %s = onnx.Add(%a, %f) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %c = onnx.Clip(%s, %low, %high) : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  %q = quern.quantize %c : tensor<4xf32> -> tensor<4x!a>
  return %q : tensor<4x!a>
}

// -----

!a = !quant.uniform<u8:f32, 0.5:3>

// No quantization follows the sum, and the exclusion was stated before.
// CHECK-LABEL: @resultIsFloat
// CHECK: onnx.Add({{.*}}) {quern.float_reason = "expected a quantization of its result to 8 bits per tensor"
// CHECK: onnx.Sub({{.*}}) {quern.float_reason = "is excluded by 'sub'", quern.float_remedy = "drop the exclusion"}
// CHECK: onnx.Einsum({{.*}}) {{.*}}quern.float_reason = "has no integer form", quern.float_remedy = "replace the operator, or accept its float arithmetic"
func.func @resultIsFloat(%x: tensor<4x!a>) -> tensor<f32> {
  %a = quern.dequantize %x : tensor<4x!a> -> tensor<4xf32>
  %z = onnx.Constant() {value = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  %b = quern.dequantize %x : tensor<4x!a> -> tensor<4xf32>
  %q = quern.quantize %z : tensor<4xf32> -> tensor<4x!a>
  %zq = quern.dequantize %q : tensor<4x!a> -> tensor<4xf32>
  %s = onnx.Add(%a, %zq) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %d = onnx.Sub(%s, %z) {quern.float_reason = "is excluded by 'sub'"} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %e = onnx.Einsum(%d) {equation = "i->"} : (tensor<4xf32>) -> tensor<f32>
  return %e : tensor<f32>
}
