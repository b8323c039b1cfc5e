// RUN: quern-opt %s --quern-assign-precision --split-input-file | FileCheck %s
// Each op that stays float says why.

// CHECK-LABEL: func.func @range_unknown
func.func @range_unknown(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %v = onnx.Constant() {value = dense<0.5> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  // CHECK: onnx.MatMul({{.*}}quern.float_reason = "has an operand whose range is unknown"
  %0 = onnx.MatMul(%x, %v) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @not_float32
func.func @not_float32(%x: tensor<1x2xf64> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<1x2xf64> {
  %v = onnx.Constant() {value = dense<0.5> : tensor<2x2xf64>} : () -> tensor<2x2xf64>
  // CHECK: onnx.MatMul({{.*}}quern.float_reason = "is not of ranked float32 tensors"
  %0 = onnx.MatMul(%x, %v) : (tensor<1x2xf64>, tensor<2x2xf64>) -> tensor<1x2xf64>
  return %0 : tensor<1x2xf64>
}

// -----

// 40000 weights of one size, at 127 * 255 each, exceed i32.
// CHECK-LABEL: func.func @accumulator_overflow
func.func @accumulator_overflow(%x: tensor<1x40000xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<1x2xf32> {
  %v = onnx.Constant() {value = dense<0.5> : tensor<40000x2xf32>} : () -> tensor<40000x2xf32>
  // CHECK: onnx.MatMul({{.*}}quern.float_reason = "could overflow its 32-bit accumulator"
  %0 = onnx.MatMul(%x, %v) : (tensor<1x40000xf32>, tensor<40000x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @weights_not_constant
func.func @weights_not_constant(%x: tensor<1x2x4x4xf32> {quern.range = #quern.range<-1.0, 2.0>},
                                %w: tensor<2x2x1x1xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<1x2x4x4xf32> {
  %none = onnx.NoValue() : () -> none
  // CHECK: onnx.Conv({{.*}}quern.float_reason = "has weights that are not constant"
  %0 = onnx.Conv(%x, %w, %none) : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32>
  return %0 : tensor<1x2x4x4xf32>
}

// -----

// The sum of a float residual stays float, and so does what follows it.
// CHECK-LABEL: func.func @between_floats
func.func @between_floats(%x: tensor<2x2xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<2x2xf32> {
  %v = onnx.Constant() {value = dense<0.5> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %0 = onnx.MatMul(%x, %v) {quern.ranges = [#quern.range<-1.0, 2.0>]} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  // CHECK: onnx.Div({{.*}}quern.float_reason = "has no integer form"
  %1 = onnx.Div(%0, %x) {quern.ranges = [#quern.range<-1.0, 2.0>]} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  // CHECK: onnx.Add({{.*}}quern.float_reason = "follows an op that stays float"
  %2 = onnx.Add(%0, %1) {quern.ranges = [#quern.range<-1.0, 2.0>]} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  // CHECK: onnx.Sigmoid({{.*}}quern.float_reason = "follows an op that stays float"
  %3 = onnx.Sigmoid(%2) : (tensor<2x2xf32>) -> tensor<2x2xf32>
  // CHECK: onnx.MatMul({{.*}}quern.precision
  %4 = onnx.MatMul(%3, %v) : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %4 : tensor<2x2xf32>
}

// -----

// A model that arrived quantized is left alone.
// CHECK-LABEL: func.func @prequantized
module attributes {quern.prequantized} {
  func.func @prequantized(%x: tensor<1x2xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<1x2xf32> {
    %v = onnx.Constant() {value = dense<0.5> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
    // CHECK: onnx.MatMul
    // CHECK-NOT: quern.precision
    // CHECK: return
    %0 = onnx.MatMul(%x, %v) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
    return %0 : tensor<1x2xf32>
  }
}
