// RUN: not quern-opt %s --quern-round-weights 2>&1 | FileCheck %s
#w4 = #quern.precision<weights = <s4, channel, symmetric>>

// CHECK: error: expected a second moment of 2 by 2 f64 numbers
func.func @wrong_size(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = dense<[[3.4], [7.0]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %0 = onnx.MatMul(%x, %w) {quern.precision = #w4, quern.second_moment = dense<1.0> : tensor<3x3xf64>} : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}
