// RUN: quern-opt %s --quern-insert-quantization --split-input-file | FileCheck %s
#u8 = #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, tensor, asymmetric>>
#act = #quern.precision<activations = <u8, tensor, asymmetric>>

// The range is widened to hold zero: scale 2.55 / 255, zero point 0. The result of the last contraction stays float.
// CHECK-LABEL: func.func @widened_to_zero
// CHECK-SAME: %[[X:.*]]: tensor<1x2xf32>
// CHECK: %[[Q:.*]] = quern.quantize %[[X]] : tensor<1x2xf32> -> tensor<1x2x!quant.uniform<u8:f32, 0.00999999{{[0-9]*}}>>
// CHECK: %[[D:.*]] = quern.dequantize %[[Q]]
// CHECK: %[[Y:.*]] = onnx.MatMul(%[[D]]
// CHECK-NEXT: return %[[Y]]
func.func @widened_to_zero(%x: tensor<1x2xf32> {quern.range = #quern.range<1.0, 2.55>}) -> tensor<1x2xf32> {
  %v = onnx.Constant() {value = dense<0.5> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %0 = onnx.MatMul(%x, %v) {quern.precision = #u8} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----
#act = #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, tensor, asymmetric>>

// Conv and Relu are one: no pair between them, one pair after, which both users share.
// CHECK-LABEL: func.func @relu_is_absorbed
// CHECK: %[[C:.*]] = onnx.Conv(
// CHECK-NEXT: %[[R:.*]] = onnx.Relu(%[[C]])
// CHECK-NEXT: %[[Q:.*]] = quern.quantize %[[R]]
// CHECK-NEXT: %[[D:.*]] = quern.dequantize %[[Q]]
// CHECK-NEXT: onnx.Conv(%[[D]]
// CHECK-NEXT: onnx.Conv(%[[D]]
// CHECK-NEXT: return
func.func @relu_is_absorbed(%x: tensor<1x2x4x4xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<0.5> : tensor<2x2x1x1xf32>} : () -> tensor<2x2x1x1xf32>
  %0 = onnx.Conv(%x, %w, %none) {quern.precision = #act} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32>
  %1 = onnx.Relu(%0) {quern.precision = #act, quern.ranges = [#quern.range<0.0, 2.0>]} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %2 = onnx.Conv(%1, %w, %none) {quern.precision = #act} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32>
  %3 = onnx.Conv(%1, %w, %none) {quern.precision = #act} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32>
  return %2, %3 : tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>
}

// -----
#act = #quern.precision<activations = <u8, tensor, asymmetric>>

// All sides of a concatenation have one scale, over the union of their ranges [-1, 4].
// CHECK-LABEL: func.func @concat_shares_a_scale
// CHECK-COUNT-2: quern.quantize %{{.*}} : tensor<1x2xf32> -> tensor<1x2x!quant.uniform<u8:f32, 0.0196078{{[0-9]*}}:51>>
// CHECK: onnx.Concat
// CHECK-NEXT: quern.quantize %{{.*}} : tensor<1x4xf32> -> tensor<1x4x!quant.uniform<u8:f32, 0.0196078{{[0-9]*}}:51>>
func.func @concat_shares_a_scale(%x: tensor<1x2xf32> {quern.range = #quern.range<-1.0, 2.0>},
                                 %y: tensor<1x2xf32> {quern.range = #quern.range<0.0, 4.0>}) -> tensor<1x4xf32> {
  %0 = onnx.Concat(%x, %y) {axis = 1 : i64, quern.precision = #act} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----
#act = #quern.precision<activations = <s8, tensor, symmetric>>

// A constant operand becomes codes at once: 2.0 of range [0, 2] is the largest code.
// CHECK-LABEL: func.func @constant_operand
// CHECK: %[[C:.*]] = onnx.Constant() {value = dense<127> : tensor<2xi8>}
// CHECK: %[[S:.*]] = quant.scast %[[C]] : tensor<2xi8> to tensor<2x!quant.uniform<i8:f32, 0.0157480{{[0-9]*}}>>
// CHECK: %[[D:.*]] = quern.dequantize %[[S]]
// CHECK: onnx.Mul(%{{.*}}, %[[D]])
func.func @constant_operand(%x: tensor<1x2xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<1x2xf32> {
  %c = onnx.Constant() {value = dense<2.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = onnx.Mul(%x, %c) {quern.precision = #act, quern.ranges = [#quern.range<-2.0, 4.0>]} : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----
#act = #quern.precision<activations = <u8, tensor, asymmetric>>

// A softmax is within [0, 1] whatever calibration saw.
// CHECK-LABEL: func.func @known_range
// CHECK: onnx.Softmax
// CHECK-NEXT: quern.quantize %{{.*}} : tensor<2x2xf32> -> tensor<2x2x!quant.uniform<u8:f32, 0.0039215{{[0-9]*}}>>
func.func @known_range(%x: tensor<2x2xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<2x2xf32> {
  %0 = onnx.Softmax(%x) {quern.precision = #act, quern.ranges = [#quern.range<0.0, 0.5>]} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = onnx.MatMul(%0, %x) {quern.precision = #act} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

// -----
#act = #quern.precision<activations = <u8, tensor, asymmetric>>

// A value that exists as f32 is quantized for integer users only.
// CHECK-LABEL: func.func @float_user
// CHECK: %[[S:.*]] = onnx.Sqrt
// CHECK: %[[Q:.*]] = quern.quantize %[[S]]
// CHECK: %[[D:.*]] = quern.dequantize %[[Q]]
// CHECK: onnx.MatMul(%[[D]], %[[D]])
// CHECK: onnx.Neg(%[[S]])
func.func @float_user(%x: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %0 = onnx.Sqrt(%x) {quern.ranges = [#quern.range<0.0, 0.5>]} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = onnx.MatMul(%0, %0) {quern.precision = #act} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = onnx.Neg(%0) : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %1, %2 : tensor<2x2xf32>, tensor<2x2xf32>
}

// -----
#act = #quern.precision<activations = <u8, tensor, asymmetric>>

// What Min excludes need not be told apart: operands have the range of the result, [0, 5.1], and larger bounds the largest code.
// CHECK-LABEL: func.func @min_has_the_range_of_its_result
// CHECK: %[[Q:.*]] = quern.quantize %arg0 : tensor<1x2xf32> -> tensor<1x2x!quant.uniform<u8:f32, 0.019999999{{[0-9]*}}>>
// CHECK: %[[D:.*]] = quern.dequantize %[[Q]]
// CHECK: onnx.Constant() {value = dense<[100, 255]> : tensor<2xui8>}
// CHECK: onnx.Min(%[[D]],
func.func @min_has_the_range_of_its_result(%x: tensor<1x2xf32> {quern.range = #quern.range<0.0, 60.0>}) -> tensor<1x2xf32> {
  %c = onnx.Constant() {value = dense<[2.0, 40.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %y = onnx.Min(%x, %c) {quern.precision = #act, quern.ranges = [#quern.range<0.0, 5.1>]} : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----
#act = #quern.precision<activations = <u8, tensor, asymmetric>>

// Another reader needs the whole range.
// CHECK-LABEL: func.func @min_with_another_reader
// CHECK: quern.quantize %arg0 : tensor<1x2xf32> -> tensor<1x2x!quant.uniform<u8:f32, 0.23529{{[0-9]*}}>>
func.func @min_with_another_reader(%x: tensor<1x2xf32> {quern.range = #quern.range<0.0, 60.0>}) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %c = onnx.Constant() {value = dense<[2.0, 40.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %y = onnx.Min(%x, %c) {quern.precision = #act, quern.ranges = [#quern.range<0.0, 5.1>]} : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %z = onnx.Add(%x, %x) {quern.precision = #act, quern.ranges = [#quern.range<0.0, 120.0>]} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y, %z : tensor<1x2xf32>, tensor<1x2xf32>
}
