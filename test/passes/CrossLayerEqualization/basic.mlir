// RUN: quern-opt %s --quern-cross-layer-equalization --quern-fold-edge-transforms | FileCheck %s

// Rows [4, 1] before the edge and columns [1, 4] behind it: s = sqrt(r1 / r2) = [2, 0.5], and both become [2, 2].
// CHECK: %[[W1:.*]] = onnx.Constant() {value = dense<2.000000e+00> : tensor<2x1x1x1xf32>}
// CHECK: %[[C:.*]] = onnx.Conv(%arg0, %[[W1]],
// CHECK: onnx.Relu(%[[C]])
// CHECK: onnx.Constant() {value = dense<2.000000e+00> : tensor<1x2x1x1xf32>}
// CHECK: onnx.Conv
// CHECK-NOT: onnx.Mul
func.func @main(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %none = onnx.NoValue() : () -> none
  %w1 = onnx.Constant() {value = dense<[[[[4.0]]], [[[1.0]]]]> : tensor<2x1x1x1xf32>} : () -> tensor<2x1x1x1xf32>
  %w2 = onnx.Constant() {value = dense<[[[[1.0]], [[4.0]]]]> : tensor<1x2x1x1xf32>} : () -> tensor<1x2x1x1xf32>
  %c = onnx.Conv(%x, %w1, %none) : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, none) -> tensor<1x2x4x4xf32>
  %r = onnx.Relu(%c) : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %y = onnx.Conv(%r, %w2, %none) : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>, none) -> tensor<1x1x4x4xf32>
  return %y : tensor<1x1x4x4xf32>
}
