// RUN: quern-opt %s --quern-recognize-activations --split-input-file | FileCheck %s --implicit-check-not=onnx.Swish --implicit-check-not=onnx.Gelu

// CHECK-LABEL: func.func @C1_sigmoid_has_another_user(
func.func @C1_sigmoid_has_another_user(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  %0 = onnx.Sigmoid(%x) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = onnx.Mul(%0, %x) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %1, %0 : tensor<2x4xf32>, tensor<2x4xf32>
}

// -----

// CHECK-LABEL: func.func @another_gate(
func.func @another_gate(%x: tensor<2x4xf32>, %gate: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %0 = onnx.Sigmoid(%gate) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = onnx.Mul(%0, %x) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// -----

// CHECK-LABEL: func.func @C2_slope_per_channel(
func.func @C2_slope_per_channel(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %c = onnx.Constant() {value = dense<[1.0, 2.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = onnx.Mul(%x, %c) : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %1 = onnx.Sigmoid(%0) : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = onnx.Mul(%x, %1) : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %2 : tensor<2x2xf32>
}

// -----

// CHECK-LABEL: func.func @C3_a_constant_broadcasts(
func.func @C3_a_constant_broadcasts(%x: tensor<4xf32>) -> tensor<1x4xf32> {
  %one = onnx.Constant() {value = dense<1.0> : tensor<1x1xf32>} : () -> tensor<1x1xf32>
  %0 = onnx.Mul(%x, %one) : (tensor<4xf32>, tensor<1x1xf32>) -> tensor<1x4xf32>
  %1 = onnx.Sigmoid(%0) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = onnx.Mul(%1, %x) : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  return %2 : tensor<1x4xf32>
}

// -----

// x / 2 (1 + erf(x)), without the factor of sqrt(1 / 2).
// CHECK-LABEL: func.func @another_argument_of_erf(
func.func @another_argument_of_erf(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %one = onnx.Constant() {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %half = onnx.Constant() {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %0 = onnx.Erf(%x) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = onnx.Add(%0, %one) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %2 = onnx.Mul(%x, %1) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %3 = onnx.Mul(%2, %half) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %3 : tensor<2x4xf32>
}

// -----

// x / 2 (2 + erf(x / sqrt(2))).
// CHECK-LABEL: func.func @another_sum(
func.func @another_sum(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %inverse = onnx.Constant() {value = dense<0.707106769> : tensor<f32>} : () -> tensor<f32>
  %two = onnx.Constant() {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %half = onnx.Constant() {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %0 = onnx.Mul(%x, %inverse) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %1 = onnx.Erf(%0) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = onnx.Add(%1, %two) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %3 = onnx.Mul(%x, %2) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %4 = onnx.Mul(%3, %half) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  return %4 : tensor<2x4xf32>
}

// -----

// CHECK-LABEL: func.func @another_cubic_coefficient(
func.func @another_cubic_coefficient(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %three = onnx.Constant() {value = dense<3.0> : tensor<f32>} : () -> tensor<f32>
  %cubic = onnx.Constant() {value = dense<0.0447> : tensor<f32>} : () -> tensor<f32>
  %slope = onnx.Constant() {value = dense<0.797884583> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant() {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %half = onnx.Constant() {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %0 = onnx.Pow(%x, %three) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %1 = onnx.Mul(%0, %cubic) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %2 = onnx.Add(%x, %1) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %3 = onnx.Mul(%2, %slope) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %4 = onnx.Tanh(%3) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %5 = onnx.Add(%4, %one) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %6 = onnx.Mul(%x, %half) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %7 = onnx.Mul(%6, %5) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %7 : tensor<2x4xf32>
}
