// RUN: quern-opt %s --quern-expand-new-operators | FileCheck %s
// What is expanded is recognised again.
// RUN: quern-opt %s --quern-expand-new-operators --quern-recognize-normalization --quern-recognize-activations | FileCheck %s --check-prefix=AGAIN

// CHECK-LABEL: func.func @rms(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>, %[[G:.*]]: tensor<3x4xf32>
// CHECK: %[[SQUARE:.*]] = onnx.Mul(%[[X]], %[[X]])
// CHECK-NEXT: %[[AXES:.*]] = onnx.Constant() {value = dense<[1, 2]> : tensor<2xi64>}
// CHECK-NEXT: %[[MEAN:.*]] = onnx.ReduceMean(%[[SQUARE]], %[[AXES]]) : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<2x1x1xf32>
// CHECK: %[[SUM:.*]] = onnx.Add(%[[MEAN]],
// CHECK-NEXT: %[[ROOT:.*]] = onnx.Sqrt(%[[SUM]])
// CHECK-NEXT: %[[N:.*]] = onnx.Div(%[[X]], %[[ROOT]])
// CHECK-NEXT: onnx.Mul(%[[N]], %[[G]]) {onnx.value_names = ["y"]}
// AGAIN-LABEL: func.func @rms(
// AGAIN: onnx.RMSNormalization(%{{.*}}, %{{.*}}) {axis = -2 : i64, epsilon = 9.99999974E-5 : f32}
func.func @rms(%x: tensor<2x3x4xf32>, %g: tensor<3x4xf32>) -> tensor<2x3x4xf32> {
  %0 = onnx.RMSNormalization(%x, %g) {axis = 1 : i64, epsilon = 1.0e-4 : f32, onnx.value_names = ["y"]} : (tensor<2x3x4xf32>, tensor<3x4xf32>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func.func @swish(
// CHECK-SAME: %[[X:.*]]: tensor<2xf32>
// CHECK-NEXT: %[[S:.*]] = onnx.Sigmoid(%[[X]])
// CHECK-NEXT: onnx.Mul(%[[X]], %[[S]]) {onnx.value_names = ["y"]}
// AGAIN-LABEL: func.func @swish(
// AGAIN-NEXT: onnx.Swish
func.func @swish(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = onnx.Swish(%x) {onnx.value_names = ["y"]} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @swish_with_slope(
// CHECK: %[[C:.*]] = onnx.Constant() {value = dense<2.000000e+00>
// CHECK-NEXT: %[[U:.*]] = onnx.Mul(%{{.*}}, %[[C]])
// CHECK-NEXT: onnx.Sigmoid(%[[U]])
// AGAIN-LABEL: func.func @swish_with_slope(
// AGAIN: onnx.Swish(%{{.*}}) {alpha = 2.000000e+00 : f32}
func.func @swish_with_slope(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = onnx.Swish(%x) {alpha = 2.0 : f32} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @C1_half_precision(
// CHECK-NEXT: onnx.Swish
func.func @C1_half_precision(%x: tensor<2xf16>) -> tensor<2xf16> {
  %0 = onnx.Swish(%x) : (tensor<2xf16>) -> tensor<2xf16>
  return %0 : tensor<2xf16>
}
