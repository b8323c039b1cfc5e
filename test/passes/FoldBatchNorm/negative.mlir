// RUN: quern-opt %s --quern-fold-batch-norm --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @C1_contraction_has_another_use(
// CHECK: onnx.Add
func.func @C1_contraction_has_another_use(%x: tensor<1x1xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<1.0> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %t = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = onnx.Gemm(%x, %w, %none) : (tensor<1x1xf32>, tensor<1x2xf32>, none) -> tensor<1x2xf32>
  %1 = onnx.Add(%0, %t) : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0, %1 : tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @C2_weight_of_run_time(
// CHECK: onnx.Add
func.func @C2_weight_of_run_time(%x: tensor<1x1xf32>, %w: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %none = onnx.NoValue() : () -> none
  %t = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = onnx.Gemm(%x, %w, %none) : (tensor<1x1xf32>, tensor<1x2xf32>, none) -> tensor<1x2xf32>
  %1 = onnx.Add(%0, %t) : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @C2_map_varies_along_rows(
// CHECK: onnx.Mul
func.func @C2_map_varies_along_rows(%x: tensor<3x1xf32>) -> tensor<3x2xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<1.0> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %s = onnx.Constant() {value = dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>} : () -> tensor<3x1xf32>
  %0 = onnx.Gemm(%x, %w, %none) : (tensor<3x1xf32>, tensor<1x2xf32>, none) -> tensor<3x2xf32>
  %1 = onnx.Mul(%0, %s) : (tensor<3x2xf32>, tensor<3x1xf32>) -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// -----

// CHECK-LABEL: func.func @C3_transposed_in_groups(
// CHECK: onnx.Mul
func.func @C3_transposed_in_groups(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %s = onnx.Constant() {value = dense<[[2.0], [3.0]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %0 = onnx.ConvTranspose(%x, %w, %none) {group = 2 : i64} : (tensor<1x2x4xf32>, tensor<2x1x1xf32>, none) -> tensor<1x2x4xf32>
  %1 = onnx.Mul(%0, %s) : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  return %1 : tensor<1x2x4xf32>
}

// -----

// CHECK-LABEL: func.func @C4_division_by_zero(
// CHECK: onnx.Div
func.func @C4_division_by_zero(%x: tensor<1x1xf32>) -> tensor<1x2xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<1.0> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %t = onnx.Constant() {value = dense<[1.0, 0.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = onnx.Gemm(%x, %w, %none) : (tensor<1x1xf32>, tensor<1x2xf32>, none) -> tensor<1x2xf32>
  %1 = onnx.Div(%0, %t) : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @matmul_has_no_bias(
// CHECK: onnx.Add
func.func @matmul_has_no_bias(%x: tensor<4x1x1xf32>) -> tensor<4x1x2xf32> {
  %w = onnx.Constant() {value = dense<1.0> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %t = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = onnx.MatMul(%x, %w) : (tensor<4x1x1xf32>, tensor<1x2xf32>) -> tensor<4x1x2xf32>
  %1 = onnx.Add(%0, %t) : (tensor<4x1x2xf32>, tensor<2xf32>) -> tensor<4x1x2xf32>
  return %1 : tensor<4x1x2xf32>
}
