// RUN: quern-opt %s --quern-fold-constants --split-input-file | FileCheck %s

// Another shape of an initializer shares its bytes, and keeps the name of the reshaped value.
// CHECK-LABEL: func.func @shares_bytes(
// CHECK: %[[W:.*]] = onnx.Constant() {onnx.value_names = ["w2"], value = dense_resource<weight> : tensor<6xf32>}
// CHECK-NEXT: return %[[W]]
func.func @shares_bytes() -> tensor<6xf32> {
  %w = onnx.Constant() {value = dense_resource<weight> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %s = onnx.Constant() {value = dense<6> : tensor<1xi64>} : () -> tensor<1xi64>
  %r = onnx.Reshape(%w, %s) {onnx.value_names = ["w2"]} : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<6xf32>
  return %r : tensor<6xf32>
}

{-# dialect_resources: {builtin: {weight: "0x040000000000803F0000004000004040000080400000A0400000C040"}} #-}

// -----

// CHECK-LABEL: func.func @rearranges(
// CHECK-DAG: dense<{{\[\[}}1, 4], [2, 5], [3, 6]]> : tensor<3x2xi32>
// CHECK-DAG: dense<{{\[\[}}3], [6]]> : tensor<2x1xi32>
// CHECK-DAG: dense<{{\[\[}}4, 5, 6], [1, 2, 3]]> : tensor<2x3xi32>
// CHECK-DAG: dense<{{\[\[}}1, 2, 3, 3], [4, 5, 6, 6]]> : tensor<2x4xi32>
// CHECK-DAG: dense<{{\[\[}}1.000000e+00, 2.000000e+00, 3.000000e+00], [4.000000e+00, 5.000000e+00, 6.000000e+00]]> : tensor<2x3xf32>
func.func @rearranges() -> (tensor<3x2xi32>, tensor<2x1xi32>, tensor<2x3xi32>, tensor<2x4xi32>, tensor<2x3xf32>) {
  %none = onnx.NoValue() : () -> none
  %x = onnx.Constant() {value = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>} : () -> tensor<2x3xi32>
  %0 = onnx.Transpose(%x) : (tensor<2x3xi32>) -> tensor<3x2xi32>
  %two = onnx.Constant() {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %three = onnx.Constant() {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %one = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %1 = onnx.Slice(%x, %two, %three, %one, %none) : (tensor<2x3xi32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<2x1xi32>
  %order = onnx.Constant() {value = dense<[-1, 0]> : tensor<2xi64>} : () -> tensor<2xi64>
  %2 = onnx.Gather(%x, %order) : (tensor<2x3xi32>, tensor<2xi64>) -> tensor<2x3xi32>
  %3 = onnx.Concat(%x, %1) {axis = -1 : i64} : (tensor<2x3xi32>, tensor<2x1xi32>) -> tensor<2x4xi32>
  %4 = onnx.Cast(%x) {to = 1 : i64} : (tensor<2x3xi32>) -> tensor<2x3xf32>
  return %0, %1, %2, %3, %4 : tensor<3x2xi32>, tensor<2x1xi32>, tensor<2x3xi32>, tensor<2x4xi32>, tensor<2x3xf32>
}
