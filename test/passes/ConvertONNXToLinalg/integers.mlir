// Unsigned codes become signless and are extended as what they were; the bias becomes the start of the sum.
// RUN: quern-opt %s --quern-convert-onnx-to-linalg --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @main
// CHECK-SAME: tensor<1x2x4x4xi8> {onnx.name = "x", onnx.type = ui8}
func.func @main(%x: tensor<1x2x4x4xui8> {onnx.name = "x"}, %b: tensor<1x5x1x1xi32>) -> tensor<1x5x4x4xi32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<3> : tensor<5x2x3x3xi8>} : () -> tensor<5x2x3x3xi8>
  %z = onnx.Constant() {value = dense<7> : tensor<ui8>} : () -> tensor<ui8>
  // CHECK: %[[SEVEN:.*]] = arith.constant 7 : i32
  // CHECK: %[[FILL:.*]] = arith.constant 7 : i8
  // CHECK: tensor.yield %[[FILL]] : i8
  // CHECK: %[[BIAS:.*]] = linalg.broadcast ins(%{{.*}} : tensor<5xi32>)
  // CHECK: linalg.generic {{.*}} outs(%[[BIAS]]
  // CHECK: %[[A:.*]] = arith.extui %{{.*}} : i8 to i32
  // CHECK: arith.subi %[[A]], %[[SEVEN]] : i32
  // CHECK: arith.extsi
  // CHECK: arith.muli
  // CHECK: arith.addi
  // CHECK-NOT: linalg.generic
  %0 = onnx.ConvInteger(%x, %w, %z, %none) {pads = array<i64: 1, 1, 1, 1>}
      : (tensor<1x2x4x4xui8>, tensor<5x2x3x3xi8>, tensor<ui8>, none) -> tensor<1x5x4x4xi32>
  %1 = onnx.Add(%0, %b) : (tensor<1x5x4x4xi32>, tensor<1x5x1x1xi32>) -> tensor<1x5x4x4xi32>
  return %1 : tensor<1x5x4x4xi32>
}

// -----

// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<1x1x4x4xui8>) -> tensor<1x1x2x2xui8> {
  // CHECK: arith.maxui
  %0:2 = onnx.MaxPool(%x) {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>}
      : (tensor<1x1x4x4xui8>) -> (tensor<1x1x2x2xui8>, none)
  return %0#0 : tensor<1x1x2x2xui8>
}
