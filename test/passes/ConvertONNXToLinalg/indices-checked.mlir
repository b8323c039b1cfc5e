// An index that is computed at run time is checked, and brought into range before it is used.
// RUN: quern-opt %s --quern-convert-onnx-to-linalg | FileCheck %s

// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<5x2xf32>, %i: tensor<3xi64>) -> tensor<3x2xf32> {
  // CHECK: cf.assert %{{.*}}, "node 'embedding': an index is out of range"
  // CHECK: linalg.generic
  // CHECK: arith.maxsi
  // CHECK: arith.minsi
  // CHECK: tensor.extract
  %0 = onnx.Gather(%x, %i) {axis = 0 : i64} : (tensor<5x2xf32>, tensor<3xi64>) -> tensor<3x2xf32> loc("embedding")
  return %0 : tensor<3x2xf32>
}
