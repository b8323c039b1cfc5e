// RUN: quern-opt %s --quern-fold-batch-norm --split-input-file | FileCheck %s

// s = scale / sqrt(var + epsilon) = [2, 3], t = B - s * mean = [-1, 2]; the bias [1, 1] becomes [1, 5].
// CHECK-LABEL: func.func @conv_batch_norm(
// CHECK-DAG: %[[W:.*]] = onnx.Constant() {value = dense<{{\[\[\[\[}}2.000000e+00]]], {{\[\[\[}}6.000000e+00]]]]> : tensor<2x1x1x1xf32>}
// CHECK-DAG: %[[B:.*]] = onnx.Constant() {value = dense<[1.000000e+00, 5.000000e+00]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = onnx.Conv(%{{.*}}, %[[W]], %[[B]]) {onnx.value_names = ["bn_y"]}
// CHECK-NEXT: return %[[Y]]
func.func @conv_batch_norm(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = onnx.Constant() {value = dense<[[[[1.0]]], [[[2.0]]]]> : tensor<2x1x1x1xf32>} : () -> tensor<2x1x1x1xf32>
  %b = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %c = onnx.Conv(%x, %w, %b) {onnx.value_names = ["conv_y"]} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %scale = onnx.Constant() {value = dense<[4.0, 6.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %shift = onnx.Constant() {value = dense<[1.0, -1.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %mean = onnx.Constant() {value = dense<[1.0, -1.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %variance = onnx.Constant() {value = dense<3.75> : tensor<2xf32>} : () -> tensor<2xf32>
  %y, %m, %v = onnx.BatchNormalization(%c, %scale, %shift, %mean, %variance) {epsilon = 0.25 : f32, onnx.value_names = ["bn_y", "", ""]}
      : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<1x2x4x4xf32>, none, none)
  return %y : tensor<1x2x4x4xf32>
}

// -----

// A bias written as its own Add, as early exporters do.
// CHECK-LABEL: func.func @conv_add(
// CHECK: %[[B:.*]] = onnx.Constant() {value = dense<[5.000000e-01, -5.000000e-01]> : tensor<2xf32>}
// CHECK: onnx.Conv(%{{.*}}, %{{.*}}, %[[B]])
// CHECK-NOT: onnx.Add
func.func @conv_add(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x1x1x1xf32>} : () -> tensor<2x1x1x1xf32>
  %c = onnx.Conv(%x, %w, %none) : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, none) -> tensor<1x2x4x4xf32>
  %t = onnx.Constant() {value = dense<[[[0.5]], [[-0.5]]]> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %y = onnx.Add(%c, %t) : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return %y : tensor<1x2x4x4xf32>
}

// -----

// Gemm: channels are columns. (x W + 1) * [2, 4] - 3.
// CHECK-LABEL: func.func @gemm_mul_sub(
// CHECK-DAG: %[[W:.*]] = onnx.Constant() {value = dense<{{\[\[}}2.000000e+00, 8.000000e+00]]> : tensor<1x2xf32>}
// CHECK-DAG: %[[B:.*]] = onnx.Constant() {value = dense<[-1.000000e+00, 1.000000e+00]> : tensor<2xf32>}
// CHECK: onnx.Gemm(%{{.*}}, %[[W]], %[[B]])
// CHECK-NEXT: return
func.func @gemm_mul_sub(%x: tensor<3x1xf32>) -> tensor<3x2xf32> {
  %w = onnx.Constant() {value = dense<[[1.0, 2.0]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %b = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %s = onnx.Constant() {value = dense<[2.0, 4.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %t = onnx.Constant() {value = dense<3.0> : tensor<f32>} : () -> tensor<f32>
  %0 = onnx.Gemm(%x, %w, %b) : (tensor<3x1xf32>, tensor<1x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  %1 = onnx.Mul(%0, %s) : (tensor<3x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  %2 = onnx.Sub(%1, %t) : (tensor<3x2xf32>, tensor<f32>) -> tensor<3x2xf32>
  return %2 : tensor<3x2xf32>
}

// -----

// A BatchNormalization after something else: scale 2, shift 1 - 2 * 3.
// CHECK-LABEL: func.func @alone(
// CHECK-DAG: %[[S:.*]] = onnx.Constant() {value = dense<2.000000e+00> : tensor<1x1xf32>}
// CHECK-DAG: %[[T:.*]] = onnx.Constant() {value = dense<-5.000000e+00> : tensor<1x1xf32>}
// CHECK: %[[P:.*]] = onnx.Mul(%{{.*}}, %[[S]])
// CHECK: onnx.Add(%[[P]], %[[T]]) {onnx.value_names = ["y"]}
func.func @alone(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  %scale = onnx.Constant() {value = dense<4.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %shift = onnx.Constant() {value = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %mean = onnx.Constant() {value = dense<3.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %variance = onnx.Constant() {value = dense<4.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %y, %m, %v = onnx.BatchNormalization(%x, %scale, %shift, %mean, %variance) {epsilon = 0.0 : f32, onnx.value_names = ["y", "", ""]}
      : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> (tensor<1x1x4xf32>, none, none)
  return %y : tensor<1x1x4xf32>
}
