// RUN: quern-opt %s --quern-recognize-normalization --split-input-file | FileCheck %s --implicit-check-not=onnx.RMSNorm --implicit-check-not=onnx.LayerNorm

// CHECK-LABEL: func.func @C1_root_has_another_user(
func.func @C1_root_has_another_user(%x: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x1xf32>) {
  %axis = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %eps = onnx.Constant() {value = dense<1.0e-6> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = onnx.Mul(%x, %x) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = onnx.ReduceMean(%0, %axis) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<2x1xf32>, tensor<1xf32>) -> tensor<2x1xf32>
  %3 = onnx.Sqrt(%2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = onnx.Div(%x, %3) : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %4, %3 : tensor<2x3xf32>, tensor<2x1xf32>
}

// -----

// CHECK-LABEL: func.func @C1_square_has_another_user(
func.func @C1_square_has_another_user(%x: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %axis = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %eps = onnx.Constant() {value = dense<1.0e-6> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = onnx.Mul(%x, %x) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = onnx.ReduceMean(%0, %axis) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<2x1xf32>, tensor<1xf32>) -> tensor<2x1xf32>
  %3 = onnx.Sqrt(%2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = onnx.Div(%x, %3) : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %4, %0 : tensor<2x3xf32>, tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @C2_mean_over_the_first_axis(
func.func @C2_mean_over_the_first_axis(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %axis = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %eps = onnx.Constant() {value = dense<1.0e-6> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = onnx.Mul(%x, %x) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = onnx.ReduceMean(%0, %axis) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<1x3xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<1x3xf32>, tensor<1xf32>) -> tensor<1x3xf32>
  %3 = onnx.Sqrt(%2) : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %4 = onnx.Div(%x, %3) : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}

// -----

// Rows are divided by the root of another row.
// CHECK-LABEL: func.func @C2_axis_is_dropped(
func.func @C2_axis_is_dropped(%x: tensor<3x3xf32>) -> tensor<3x3xf32> {
  %axis = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %eps = onnx.Constant() {value = dense<1.0e-6> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = onnx.Mul(%x, %x) : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>
  %1 = onnx.ReduceMean(%0, %axis) {keepdims = 0 : i64} : (tensor<3x3xf32>, tensor<1xi64>) -> tensor<3xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<3xf32>, tensor<1xf32>) -> tensor<3xf32>
  %3 = onnx.Sqrt(%2) : (tensor<3xf32>) -> tensor<3xf32>
  %4 = onnx.Div(%x, %3) : (tensor<3x3xf32>, tensor<3xf32>) -> tensor<3x3xf32>
  return %4 : tensor<3x3xf32>
}

// -----

// CHECK-LABEL: func.func @C3_epsilon_is_computed(
func.func @C3_epsilon_is_computed(%x: tensor<2x3xf32>, %eps: tensor<1xf32>) -> tensor<2x3xf32> {
  %axis = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %unused = onnx.NoValue() : () -> none
  %0 = onnx.Mul(%x, %x) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = onnx.ReduceMean(%0, %axis) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<2x1xf32>, tensor<1xf32>) -> tensor<2x1xf32>
  %3 = onnx.Sqrt(%2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = onnx.Div(%x, %3) : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @C3_epsilon_per_row(
func.func @C3_epsilon_per_row(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %axis = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %eps = onnx.Constant() {value = dense<[[1.0e-6], [1.0e-5]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %0 = onnx.Mul(%x, %x) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = onnx.ReduceMean(%0, %axis) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %3 = onnx.Sqrt(%2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = onnx.Div(%x, %3) : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @square_of_something_else(
func.func @square_of_something_else(%x: tensor<2x3xf32>, %y: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %axis = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %eps = onnx.Constant() {value = dense<1.0e-6> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = onnx.Mul(%y, %y) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = onnx.ReduceMean(%0, %axis) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<2x1xf32>, tensor<1xf32>) -> tensor<2x1xf32>
  %3 = onnx.Sqrt(%2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = onnx.Div(%x, %3) : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @product_with_something_else(
func.func @product_with_something_else(%x: tensor<2x3xf32>, %y: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %axis = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %eps = onnx.Constant() {value = dense<1.0e-6> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = onnx.Mul(%x, %y) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = onnx.ReduceMean(%0, %axis) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<2x1xf32>, tensor<1xf32>) -> tensor<2x1xf32>
  %3 = onnx.Sqrt(%2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = onnx.Div(%x, %3) : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @C4_scale_broadcasts(
func.func @C4_scale_broadcasts(%x: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %axis = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %eps = onnx.Constant() {value = dense<1.0e-6> : tensor<1xf32>} : () -> tensor<1xf32>
  %gamma = onnx.Constant() {value = dense<[[1.0], [2.0]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %0 = onnx.Mul(%x, %x) : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  %1 = onnx.ReduceMean(%0, %axis) : (tensor<1x3xf32>, tensor<1xi64>) -> tensor<1x1xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %3 = onnx.Sqrt(%2) : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %4 = onnx.Div(%gamma, %3) : (tensor<2x1xf32>, tensor<1x1xf32>) -> tensor<2x1xf32>
  %5 = onnx.Mul(%x, %4) : (tensor<1x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %5 : tensor<2x3xf32>
}

// -----

// y = x * k + (beta - m * k'), with another k'.
// CHECK-LABEL: func.func @the_factors_differ(
func.func @the_factors_differ(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
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
  %other = onnx.Mul(%4, %beta) : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %5 = onnx.Mul(%x, %k) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %6 = onnx.Mul(%m, %other) : (tensor<2x1xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %7 = onnx.Sub(%beta, %6) : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %8 = onnx.Add(%5, %7) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %8 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @mean_over_other_axes_than_the_variance(
func.func @mean_over_other_axes_than_the_variance(%x: tensor<2x3x3xf32>) -> tensor<2x3x3xf32> {
  %last = onnx.Constant() {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %both = onnx.Constant() {value = dense<[1, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %eps = onnx.Constant() {value = dense<1.0e-6> : tensor<1xf32>} : () -> tensor<1xf32>
  %shift = onnx.Constant() {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %m = onnx.ReduceMean(%x, %last) : (tensor<2x3x3xf32>, tensor<1xi64>) -> tensor<2x3x1xf32>
  %d = onnx.Sub(%x, %m) : (tensor<2x3x3xf32>, tensor<2x3x1xf32>) -> tensor<2x3x3xf32>
  %0 = onnx.Mul(%x, %x) : (tensor<2x3x3xf32>, tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %1 = onnx.ReduceMean(%0, %both) : (tensor<2x3x3xf32>, tensor<2xi64>) -> tensor<2x1x1xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<2x1x1xf32>, tensor<1xf32>) -> tensor<2x1x1xf32>
  %3 = onnx.Sqrt(%2) : (tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  %4 = onnx.Div(%d, %3) : (tensor<2x3x3xf32>, tensor<2x1x1xf32>) -> tensor<2x3x3xf32>
  return %4 : tensor<2x3x3xf32>
}
