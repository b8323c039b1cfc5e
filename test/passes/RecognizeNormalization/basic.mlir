// RUN: quern-opt %s --quern-recognize-normalization --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @rms(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>
// CHECK-NEXT: %[[G:.*]] = onnx.Constant() {value = dense<[1.0
// CHECK-NEXT: %[[Y:.*]] = onnx.RMSNormalization(%[[X]], %[[G]]) {epsilon = 9.99999997E-7 : f32, onnx.value_names = ["y"]}
// CHECK-NEXT: return %[[Y]]
func.func @rms(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %axis = onnx.Constant() {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %eps = onnx.Constant() {value = dense<1.0e-6> : tensor<f32>} : () -> tensor<f32>
  %gamma = onnx.Constant() {value = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  %0 = onnx.Mul(%x, %x) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = onnx.ReduceMean(%0, %axis) : (tensor<2x4xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %3 = onnx.Sqrt(%2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = onnx.Div(%x, %3) : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %5 = onnx.Mul(%gamma, %4) {onnx.value_names = ["y"]} : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %5 : tensor<2x4xf32>
}

// -----

// x * ((v + eps)^-0.5 * (gamma * 2)), two axes.
// CHECK-LABEL: func.func @rms_by_power(
// CHECK: %[[G:.*]] = onnx.Constant() {value = dense<{{\[\[}}2.000000e+00, 4.000000e+00], [2.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>}
// CHECK-NEXT: onnx.RMSNormalization(%{{.*}}, %[[G]]) {axis = -2 : i64, epsilon
func.func @rms_by_power(%x: tensor<3x2x2xf32>) -> tensor<3x2x2xf32> {
  %axes = onnx.Constant() {value = dense<[2, 1]> : tensor<2xi64>} : () -> tensor<2xi64>
  %eps = onnx.Constant() {value = dense<1.0e-6> : tensor<f32>} : () -> tensor<f32>
  %two = onnx.Constant() {value = dense<2.0> : tensor<1x1xf32>} : () -> tensor<1x1xf32>
  %exponent = onnx.Constant() {value = dense<-0.5> : tensor<f32>} : () -> tensor<f32>
  %gamma = onnx.Constant() {value = dense<[1.0, 2.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = onnx.Pow(%x, %two) : (tensor<3x2x2xf32>, tensor<1x1xf32>) -> tensor<3x2x2xf32>
  %1 = onnx.ReduceMean(%0, %axes) : (tensor<3x2x2xf32>, tensor<2xi64>) -> tensor<3x1x1xf32>
  %2 = onnx.Add(%eps, %1) : (tensor<f32>, tensor<3x1x1xf32>) -> tensor<3x1x1xf32>
  %3 = onnx.Pow(%2, %exponent) : (tensor<3x1x1xf32>, tensor<f32>) -> tensor<3x1x1xf32>
  %4 = onnx.Mul(%gamma, %two) : (tensor<2xf32>, tensor<1x1xf32>) -> tensor<1x2xf32>
  %5 = onnx.Mul(%3, %4) : (tensor<3x1x1xf32>, tensor<1x2xf32>) -> tensor<3x1x2xf32>
  %6 = onnx.Mul(%x, %5) : (tensor<3x2x2xf32>, tensor<3x1x2xf32>) -> tensor<3x2x2xf32>
  return %6 : tensor<3x2x2xf32>
}

// -----

// PyTorch's form.
// CHECK-LABEL: func.func @layer(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>
// CHECK-NEXT: %[[G:.*]] = onnx.Constant
// CHECK-NEXT: %[[B:.*]] = onnx.Constant
// CHECK-NEXT: %[[Y:.*]], %{{.*}}, %{{.*}} = onnx.LayerNormalization(%[[X]], %[[G]], %[[B]]) {epsilon = {{.*}}, onnx.value_names = ["y", "", ""]}
// CHECK-NEXT: return %[[Y]]
func.func @layer(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %axis = onnx.Constant() {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %eps = onnx.Constant() {value = dense<1.0e-12> : tensor<f32>} : () -> tensor<f32>
  %two = onnx.Constant() {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %gamma = onnx.Constant() {value = dense<[1.0, 2.0, 3.0]> : tensor<3xf32>} : () -> tensor<3xf32>
  %beta = onnx.Constant() {value = dense<[5.0, 6.0, 7.0]> : tensor<3xf32>} : () -> tensor<3xf32>
  %0 = onnx.ReduceMean(%x, %axis) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %1 = onnx.Sub(%x, %0) : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  %2 = onnx.Pow(%1, %two) : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %3 = onnx.ReduceMean(%2, %axis) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %4 = onnx.Add(%3, %eps) : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %5 = onnx.Sqrt(%4) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %6 = onnx.Div(%1, %5) : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  %7 = onnx.Mul(%6, %gamma) : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %8 = onnx.Add(%7, %beta) {onnx.value_names = ["y"]} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %8 : tensor<2x3xf32>
}

// -----

// TensorFlow's form: k = gamma / r, y = x * k + (beta - m * k).
// CHECK-LABEL: func.func @layer_expanded(
// CHECK: onnx.LayerNormalization(%{{.*}}, %{{.*}}, %{{.*}})
// CHECK-NEXT: return
func.func @layer_expanded(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %axis = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %eps = onnx.Constant() {value = dense<1.0e-6> : tensor<1xf32>} : () -> tensor<1xf32>
  %gamma = onnx.Constant() {value = dense<[1.0, 2.0, 3.0]> : tensor<3xf32>} : () -> tensor<3xf32>
  %beta = onnx.Constant() {value = dense<[5.0, 6.0, 7.0]> : tensor<3xf32>} : () -> tensor<3xf32>
  %m = onnx.ReduceMean(%x, %axis) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %d = onnx.Sub(%x, %m) : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  %0 = onnx.Mul(%d, %d) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = onnx.ReduceMean(%0, %axis) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<2x1xf32>, tensor<1xf32>) -> tensor<2x1xf32>
  %3 = onnx.Sqrt(%2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = onnx.Reciprocal(%3) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %k = onnx.Mul(%4, %gamma) : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %5 = onnx.Mul(%x, %k) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %6 = onnx.Mul(%m, %k) : (tensor<2x1xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %7 = onnx.Sub(%beta, %6) : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %8 = onnx.Add(%5, %7) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %8 : tensor<2x3xf32>
}

// -----

// Neither scale nor shift.
// CHECK-LABEL: func.func @layer_plain(
// CHECK: %[[ONES:.*]] = onnx.Constant() {value = dense<1.000000e+00> : tensor<3xf32>}
// CHECK-NEXT: %[[NONE:.*]] = onnx.NoValue
// CHECK-NEXT: onnx.LayerNormalization(%{{.*}}, %[[ONES]], %[[NONE]])
// CHECK-NEXT: return
func.func @layer_plain(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %axis = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %eps = onnx.Constant() {value = dense<1.0e-6> : tensor<1xf32>} : () -> tensor<1xf32>
  %m = onnx.ReduceMean(%x, %axis) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %d = onnx.Sub(%x, %m) : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  %0 = onnx.Mul(%d, %d) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = onnx.ReduceMean(%0, %axis) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<2x1xf32>, tensor<1xf32>) -> tensor<2x1xf32>
  %3 = onnx.Sqrt(%2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = onnx.Div(%d, %3) : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}

// -----

// The sum behind a normalization of two computed values is no shift.
// CHECK-LABEL: func.func @residual_behind(
// CHECK: %[[Y:.*]] = onnx.RMSNormalization
// CHECK-NEXT: onnx.Add(%[[Y]], %arg1)
func.func @residual_behind(%arg0: tensor<2x3xf32>, %arg1: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %axis = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %eps = onnx.Constant() {value = dense<1.0e-6> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = onnx.Mul(%arg0, %arg0) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = onnx.ReduceMean(%0, %axis) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<2x1xf32>, tensor<1xf32>) -> tensor<2x1xf32>
  %3 = onnx.Sqrt(%2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = onnx.Div(%arg0, %3) : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  %5 = onnx.Add(%4, %arg1) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %5 : tensor<2x3xf32>
}
