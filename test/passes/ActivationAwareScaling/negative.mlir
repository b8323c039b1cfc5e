// Each function says in its name why its edge stays as it is.
// RUN: quern-opt %s --quern-activation-aware-scaling | FileCheck %s
// CHECK-NOT: quern.edge_transform

// T3, ties keep the first: weights that are codes already have no error at r = 0.
func.func @weights_are_codes(%x: tensor<8x2xf32>) -> tensor<8x1xf32> attributes {quern.precision = #quern.precision<weights = <s3, channel, symmetric>>} {
  %gamma = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %w = onnx.Constant() {value = dense<[[3.0], [1.0]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %n = onnx.Mul(%x, %gamma) {quern.rows = [dense<[[16.0, 1.0], [16.0, -1.0]]> : tensor<2x2xf32>]} : (tensor<8x2xf32>, tensor<2xf32>) -> tensor<8x2xf32>
  %y = onnx.MatMul(%n, %w) : (tensor<8x2xf32>, tensor<2x1xf32>) -> tensor<8x1xf32>
  return %y : tensor<8x1xf32>
}

func.func @no_rows(%x: tensor<8x2xf32>) -> tensor<8x1xf32> attributes {quern.precision = #quern.precision<weights = <s3, channel, symmetric>>} {
  %gamma = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %w = onnx.Constant() {value = dense<[[0.45], [1.0]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %n = onnx.Mul(%x, %gamma) : (tensor<8x2xf32>, tensor<2xf32>) -> tensor<8x2xf32>
  %y = onnx.MatMul(%n, %w) : (tensor<8x2xf32>, tensor<2x1xf32>) -> tensor<8x1xf32>
  return %y : tensor<8x1xf32>
}

func.func @activations_are_codes(%x: tensor<8x2xf32>) -> tensor<8x1xf32> attributes {quern.precision = #quern.precision<weights = <s3, channel, symmetric>, activations = <u8, tensor, asymmetric>>} {
  %gamma = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %w = onnx.Constant() {value = dense<[[0.45], [1.0]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %n = onnx.Mul(%x, %gamma) {quern.rows = [dense<[[16.0, 1.0], [16.0, -1.0]]> : tensor<2x2xf32>]} : (tensor<8x2xf32>, tensor<2xf32>) -> tensor<8x2xf32>
  %y = onnx.MatMul(%n, %w) : (tensor<8x2xf32>, tensor<2x1xf32>) -> tensor<8x1xf32>
  return %y : tensor<8x1xf32>
}
