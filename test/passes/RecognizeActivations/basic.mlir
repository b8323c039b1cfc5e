// RUN: quern-opt %s --quern-recognize-activations --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @swish(
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32>
// CHECK-NEXT: %[[Y:.*]] = onnx.Swish(%[[X]]) {onnx.value_names = ["y"]}
// CHECK-NEXT: return %[[Y]]
func.func @swish(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %0 = onnx.Sigmoid(%x) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = onnx.Mul(%0, %x) {onnx.value_names = ["y"]} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// -----

// CHECK-LABEL: func.func @swish_with_slope(
// CHECK: onnx.Swish({{.*}}) {alpha = 1.702000e+00 : f32}
func.func @swish_with_slope(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %c = onnx.Constant() {value = dense<1.702> : tensor<f32>} : () -> tensor<f32>
  %0 = onnx.Mul(%c, %x) : (tensor<f32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = onnx.Sigmoid(%0) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = onnx.Mul(%x, %1) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %2 : tensor<2x4xf32>
}

// -----

// x * 0.5 * (1 + erf(x / sqrt(2))), and (1 + erf(x * sqrt(1 / 2))) * (x / 2).
// CHECK-LABEL: func.func @gelu_by_erf(
// CHECK-NEXT: %[[A:.*]] = onnx.Gelu
// CHECK-NEXT: %[[B:.*]] = onnx.Gelu(%[[A]])
// CHECK-NEXT: return %[[B]]
func.func @gelu_by_erf(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %root = onnx.Constant() {value = dense<1.41421354> : tensor<1xf32>} : () -> tensor<1xf32>
  %inverse = onnx.Constant() {value = dense<0.707106769> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant() {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %half = onnx.Constant() {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %two = onnx.Constant() {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %0 = onnx.Div(%x, %root) : (tensor<2x4xf32>, tensor<1xf32>) -> tensor<2x4xf32>
  %1 = onnx.Erf(%0) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = onnx.Add(%1, %one) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %3 = onnx.Mul(%x, %2) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %4 = onnx.Mul(%3, %half) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %5 = onnx.Mul(%inverse, %4) : (tensor<f32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %6 = onnx.Erf(%5) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %7 = onnx.Add(%one, %6) : (tensor<f32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %8 = onnx.Div(%4, %two) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %9 = onnx.Mul(%7, %8) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %9 : tensor<2x4xf32>
}

// -----

// CHECK-LABEL: func.func @gelu_by_tanh(
// CHECK-NEXT: %[[Y:.*]] = onnx.Gelu({{.*}}) {approximate = "tanh"}
// CHECK-NEXT: return %[[Y]]
func.func @gelu_by_tanh(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %three = onnx.Constant() {value = dense<3.0> : tensor<f32>} : () -> tensor<f32>
  %cubic = onnx.Constant() {value = dense<0.044715> : tensor<f32>} : () -> tensor<f32>
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

// -----

// tanh(c x (1 + 0.044715 x x)): another association of the same polynomial.
// CHECK-LABEL: func.func @gelu_by_tanh_of_a_product(
// CHECK-NEXT: onnx.Gelu
// CHECK-NEXT: return
func.func @gelu_by_tanh_of_a_product(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %cubic = onnx.Constant() {value = dense<0.044715> : tensor<f32>} : () -> tensor<f32>
  %slope = onnx.Constant() {value = dense<0.797884583> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant() {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %half = onnx.Constant() {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %0 = onnx.Mul(%x, %slope) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %1 = onnx.Mul(%cubic, %x) : (tensor<f32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = onnx.Mul(%1, %x) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %3 = onnx.Add(%2, %one) : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %4 = onnx.Mul(%0, %3) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %5 = onnx.Tanh(%4) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %6 = onnx.Add(%one, %5) : (tensor<f32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %7 = onnx.Mul(%half, %6) : (tensor<f32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %8 = onnx.Mul(%7, %x) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %8 : tensor<2x4xf32>
}
