// RUN: not quern-opt %s --quern-insert-simulation 2>&1 | FileCheck %s
#act = #quern.precision<activations = <u8, tensor, asymmetric>>

// CHECK: the range of 'x' is unknown: calibrate the model first
func.func @no_range(%x: tensor<2xf32> {onnx.name = "x"}) -> tensor<2xf32> {
  %0 = onnx.Mul(%x, %x) {quern.precision = #act, quern.ranges = [#quern.range<0.0, 4.0>]} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
