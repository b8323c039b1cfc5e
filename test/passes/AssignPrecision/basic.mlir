// RUN: quern-opt %s --quern-assign-precision --split-input-file | FileCheck %s
// RUN: quern-opt %s --quern-assign-precision="integer-tail" --split-input-file | FileCheck %s --check-prefix=TAIL

// What lies between contractions computes on integers; what follows the last one stays float.
// CHECK-LABEL: func.func @tail_stays_float
// TAIL-LABEL: func.func @tail_stays_float
func.func @tail_stays_float(%x: tensor<1x2x4x4xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<1x2xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<0.5> : tensor<2x2x1x1xf32>} : () -> tensor<2x2x1x1xf32>
  %v = onnx.Constant() {value = dense<0.5> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  // CHECK: onnx.Conv({{.*}}quern.precision = #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, tensor, asymmetric>, provenance = "uniform W8A8">
  %0 = onnx.Conv(%x, %w, %none) : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32>
  // CHECK: onnx.Relu({{.*}}quern.precision = #quern.precision<activations = <u8, tensor, asymmetric>, provenance = "uniform W8A8">
  %1 = onnx.Relu(%0) {quern.ranges = [#quern.range<0.0, 2.0>]} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: onnx.GlobalAveragePool({{.*}}quern.precision
  %2 = onnx.GlobalAveragePool(%1) {quern.ranges = [#quern.range<0.0, 1.0>]} : (tensor<1x2x4x4xf32>) -> tensor<1x2x1x1xf32>
  // CHECK: onnx.Flatten({{.*}}quern.precision
  %3 = onnx.Flatten(%2) : (tensor<1x2x1x1xf32>) -> tensor<1x2xf32>
  // CHECK: onnx.Gemm({{.*}}quern.precision
  %4 = onnx.Gemm(%3, %v, %none) {quern.ranges = [#quern.range<-1.0, 1.0>]} : (tensor<1x2xf32>, tensor<2x2xf32>, none) -> tensor<1x2xf32>
  // CHECK: onnx.Softmax({{.*}}quern.float_reason = "has only float users"
  // TAIL: onnx.Softmax({{.*}}quern.precision
  %5 = onnx.Softmax(%4) : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %5 : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @residual
func.func @residual(%x: tensor<1x2x4x4xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<1x2x4x4xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<0.5> : tensor<2x2x1x1xf32>} : () -> tensor<2x2x1x1xf32>
  %0 = onnx.Conv(%x, %w, %none) {quern.ranges = [#quern.range<0.0, 2.0>]} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32>
  %1 = onnx.Conv(%0, %w, %none) {quern.ranges = [#quern.range<0.0, 2.0>]} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32>
  // CHECK: onnx.Add({{.*}}quern.precision
  %2 = onnx.Add(%0, %1) {quern.ranges = [#quern.range<0.0, 2.0>]} : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %3 = onnx.Conv(%2, %w, %none) : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32>
  return %3 : tensor<1x2x4x4xf32>
}

// -----

// A movement may start from a float value, if integers are all that uses it.
// CHECK-LABEL: func.func @movement(
func.func @movement(%x: tensor<1x8xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<1x2xf32> {
  %none = onnx.NoValue() : () -> none
  %shape = onnx.Constant() {value = dense<[2, 4]> : tensor<2xi64>} : () -> tensor<2xi64>
  %v = onnx.Constant() {value = dense<0.5> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
  // CHECK: onnx.Reshape({{.*}}quern.precision
  %0 = onnx.Reshape(%x, %shape) : (tensor<1x8xf32>, tensor<2xi64>) -> tensor<2x4xf32>
  // CHECK: onnx.Gemm({{.*}}quern.precision
  %1 = onnx.Gemm(%0, %v, %none) : (tensor<2x4xf32>, tensor<4x2xf32>, none) -> tensor<2x2xf32>
  %zero = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %one = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  // CHECK: onnx.Slice({{.*}}quern.float_reason = "has an operand whose range is unknown"
  %2 = onnx.Slice(%1, %zero, %one, %zero, %one) : (tensor<2x2xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// -----

// A slice makes codes fewer, so what follows it may be float; of floats it makes none.
// CHECK-LABEL: func.func @movement_that_makes_smaller
func.func @movement_that_makes_smaller(%x: tensor<2x4xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> (tensor<1x4xf32>, tensor<1x2xf32>) {
  %none = onnx.NoValue() : () -> none
  %v = onnx.Constant() {value = dense<0.5> : tensor<4x2xf32>} : () -> tensor<4x2xf32>
  %zero = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %one = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  // CHECK: onnx.Slice({{.*}}quern.float_reason = "has only float users"
  %0 = onnx.Slice(%x, %zero, %one, %zero, %one) {quern.ranges = [#quern.range<-1.0, 2.0>]} : (tensor<2x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x4xf32>
  %1 = onnx.Gemm(%x, %v, %none) {quern.ranges = [#quern.range<-1.0, 1.0>]} : (tensor<2x4xf32>, tensor<4x2xf32>, none) -> tensor<2x2xf32>
  // CHECK: onnx.Slice({{.*}}quern.precision
  %2 = onnx.Slice(%1, %zero, %one, %zero, %one) {quern.ranges = [#quern.range<-1.0, 1.0>]} : (tensor<2x2xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2xf32>
  return %0, %2 : tensor<1x4xf32>, tensor<1x2xf32>
}

// -----

// The factors that a method left behind work on real values, and so does the function before them.
// CHECK-LABEL: func.func @channels_are_evened_out_before_codes
// TAIL-LABEL: func.func @channels_are_evened_out_before_codes
func.func @channels_are_evened_out_before_codes(%x: tensor<4x2xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<4x2xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<0.5> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %f = onnx.Constant() {value = dense<[0.125, 1.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  // CHECK: onnx.Gemm({{.*}}quern.precision
  %0 = onnx.Gemm(%x, %w, %none) {quern.ranges = [#quern.range<-1.0, 1.0>]} : (tensor<4x2xf32>, tensor<2x2xf32>, none) -> tensor<4x2xf32>
  // CHECK: onnx.HardSwish({{.*}}quern.float_reason
  // TAIL: onnx.HardSwish({{.*}}quern.precision
  %1 = onnx.HardSwish(%0) {quern.ranges = [#quern.range<0.0, 1.0>]} : (tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: onnx.Mul({{.*}}quern.float_reason = "evens channels out before they share a scale
  // TAIL: onnx.Mul({{.*}}quern.precision
  %2 = onnx.Mul(%1, %f) {quern.ranges = [#quern.range<0.0, 1.0>], quern.transformed_by = ["smoothquant"]} : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  // CHECK: onnx.Gemm({{.*}}quern.precision
  %3 = onnx.Gemm(%2, %w, %none) {quern.ranges = [#quern.range<-1.0, 1.0>]} : (tensor<4x2xf32>, tensor<2x2xf32>, none) -> tensor<4x2xf32>
  return %3 : tensor<4x2xf32>
}
