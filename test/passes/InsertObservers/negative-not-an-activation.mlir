// RUN: quern-opt %s --quern-insert-observers | FileCheck %s

// Integers, weights and what is computed from weights alone, and private functions are not observed.
// CHECK-NOT: quern.observe
func.func @main(%x: tensor<4xi64> {onnx.name = "x"}) -> (tensor<4xi64>, tensor<4xf32>) {
  %w = onnx.Constant() {value = dense<1.0> : tensor<4xf32>} : () -> tensor<4xf32>
  %a = onnx.Abs(%w) : (tensor<4xf32>) -> tensor<4xf32>
  %y = onnx.Abs(%x) : (tensor<4xi64>) -> tensor<4xi64>
  return %y, %a : tensor<4xi64>, tensor<4xf32>
}

func.func private @helper(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
