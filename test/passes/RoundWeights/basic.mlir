// RUN: quern-opt %s --quern-round-weights --split-input-file | FileCheck %s
#w4 = #quern.precision<weights = <s4, channel, symmetric>>

// Both rows of x are always alike, so the error of the first is made good by the second: 3.4 rounds to 3, and
// the 0.4 that is left takes 3.3 to 4 (nearly 3.3 + 0.4, the damping takes a little). Round to nearest gives 3 and 3.
// CHECK-LABEL: func.func @compensate
// CHECK: onnx.Constant() {value = dense<{{\[}}[3], [4], [7]]> : tensor<3x1xi4>}
// CHECK: onnx.MatMul(%arg0, %{{.*}}) {quern.precision = #{{.*}}}
// CHECK-NOT: second_moment
func.func @compensate(%x: tensor<1x3xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = dense<[[3.4], [3.3], [7.0]]> : tensor<3x1xf32>} : () -> tensor<3x1xf32>
  %0 = onnx.MatMul(%x, %w) {quern.precision = #w4, quern.second_moment = dense<[[10.0, 10.0, 0.0], [10.0, 10.0, 0.0], [0.0, 0.0, 1.0]]> : tensor<3x3xf64>} : (tensor<1x3xf32>, tensor<3x1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}

// -----
#w4 = #quern.precision<weights = <s4, channel, symmetric>>

// Nothing is known of the activations: left to plain rounding.
// CHECK-LABEL: func.func @no_moment
// CHECK-NOT: quern.dequantize
// CHECK: return
func.func @no_moment(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = dense<[[3.4], [7.0]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %0 = onnx.MatMul(%x, %w) {quern.precision = #w4} : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}
