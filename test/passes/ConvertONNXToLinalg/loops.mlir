// Ops whose steps depend on each other are loops that carry tensors.
// RUN: quern-opt %s --quern-convert-onnx-to-linalg --split-input-file | FileCheck %s

// The input's part of the gates is one contraction before the loop.
// CHECK-LABEL: func.func @main
func.func @main(%w: tensor<1x12x4xf32>, %r: tensor<1x12x4xf32>, %i: tensor<5x1x4xf32>) -> tensor<1x1x4xf32> {
  %none = onnx.NoValue() : () -> none
  // CHECK: } -> tensor<5x1x12xf32>
  // CHECK: scf.for
  // CHECK: } -> tensor<1x12xf32>
  // CHECK: math.tanh
  // CHECK: scf.yield
  %0:2 = onnx.GRU(%i, %w, %r, %none, %none, %none) {hidden_size = 4 : i64}
      : (tensor<5x1x4xf32>, tensor<1x12x4xf32>, tensor<1x12x4xf32>, none, none, none) -> (none, tensor<1x1x4xf32>)
  return %0#1 : tensor<1x1x4xf32>
}

// -----

// Updates take place one after the other, within the tensor whatever the indices are.
// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<4x2xf32>, %i: tensor<3x1xi64>, %u: tensor<3x2xf32>) -> tensor<4x2xf32> {
  // CHECK: cf.assert
  // CHECK: scf.for
  // CHECK: arith.minsi
  // CHECK: arith.addf
  // CHECK: tensor.insert_slice
  %0 = onnx.ScatterND(%x, %i, %u) {reduction = "add"} : (tensor<4x2xf32>, tensor<3x1xi64>, tensor<3x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}
