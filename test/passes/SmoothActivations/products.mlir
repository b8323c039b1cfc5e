// Queries against keys, both quantized: (A / s) (B s) = A B.
// RUN: quern-opt %s --quern-smooth-activations=alpha=0.5 --split-input-file | FileCheck %s
// RUN: quern-opt %s --quern-smooth-activations=alpha=0.5 --quern-smooth-activations=alpha=0.5 --split-input-file | FileCheck %s

// s = sqrt(a / b) = sqrt([16 / 1, 1 / 4]) = [4, 0.5]; both become sqrt(a b) = [4, 2].
// CHECK-LABEL: func.func @queries_and_keys(
// CHECK-DAG: %[[WQ:.*]] = onnx.Constant() {value = dense<{{\[\[}}2.500000e-01, 2.000000e+00], [2.500000e-01, 2.000000e+00]]>
// CHECK-DAG: %[[WK:.*]] = onnx.Constant() {value = dense<{{\[\[}}4.000000e+00, 5.000000e-01], [4.000000e+00, 5.000000e-01]]>
// CHECK-DAG: onnx.MatMul(%arg0, %[[WQ]]) {quern.channel_ranges = [#quern.channel_ranges<1, min = [-4.000000e+00, 0.000000e+00], max = [2.000000e+00, 2.000000e+00]>]{{.*}}quern.transformed_by = ["smoothquant"]}
// CHECK-DAG: %[[K:.*]] = onnx.MatMul(%arg1, %[[WK]]) {quern.channel_ranges = [#quern.channel_ranges<1, min = [-4.000000e+00, -2.000000e+00], max = [0.000000e+00, 0.000000e+00]>]
// CHECK: %[[T:.*]] = onnx.Transpose(%[[K]])
// CHECK: onnx.MatMul({{.*}}, %[[T]]) {quern.transformed_by = ["smoothquant"]}
func.func @queries_and_keys(%x: tensor<3x2xf32>, %z: tensor<3x2xf32>) -> tensor<3x3xf32> {
  %wq = onnx.Constant() {value = dense<1.0> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %wk = onnx.Constant() {value = dense<1.0> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %q = onnx.MatMul(%x, %wq) {quern.channel_ranges = [#quern.channel_ranges<1, min = [-16.0, 0.0], max = [8.0, 1.0]>], quern.ranges = [#quern.range<-16.0, 8.0>]} : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %k = onnx.MatMul(%z, %wk) {quern.channel_ranges = [#quern.channel_ranges<1, min = [-1.0, -4.0], max = [0.0, 0.0]>], quern.ranges = [#quern.range<-4.0, 0.0>]} : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %t = onnx.Transpose(%k) {perm = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %s = onnx.MatMul(%q, %t) : (tensor<3x2xf32>, tensor<2x3xf32>) -> tensor<3x3xf32>
  return %s : tensor<3x3xf32>
}

// -----

// Keys that something else reads stay.
// CHECK-LABEL: func.func @keys_have_another_reader(
// CHECK-NOT: transformed_by
func.func @keys_have_another_reader(%x: tensor<3x2xf32>, %z: tensor<3x2xf32>) -> (tensor<3x3xf32>, tensor<3x2xf32>) {
  %wq = onnx.Constant() {value = dense<1.0> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %wk = onnx.Constant() {value = dense<1.0> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %q = onnx.MatMul(%x, %wq) {quern.channel_ranges = [#quern.channel_ranges<1, min = [-16.0, 0.0], max = [8.0, 1.0]>], quern.ranges = [#quern.range<-16.0, 8.0>]} : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %k = onnx.MatMul(%z, %wk) {quern.channel_ranges = [#quern.channel_ranges<1, min = [-1.0, -4.0], max = [0.0, 0.0]>], quern.ranges = [#quern.range<-4.0, 0.0>]} : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %t = onnx.Transpose(%k) {perm = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %s = onnx.MatMul(%q, %t) : (tensor<3x2xf32>, tensor<2x3xf32>) -> tensor<3x3xf32>
  return %s, %k : tensor<3x3xf32>, tensor<3x2xf32>
}
