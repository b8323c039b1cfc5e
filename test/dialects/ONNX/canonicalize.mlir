// RUN: quern-opt %s --canonicalize --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @identity_and_dropout(
// CHECK-NEXT: return %arg0
func.func @identity_and_dropout(%x: tensor<2xf32>) -> tensor<2xf32> {
  %none = onnx.NoValue() : () -> none
  %0 = onnx.Identity(%x) : (tensor<2xf32>) -> tensor<2xf32>
  %1, %mask = onnx.Dropout(%0, %none, %none) : (tensor<2xf32>, none, none) -> (tensor<2xf32>, none)
  return %1 : tensor<2xf32>
}

// -----

// CHECK-LABEL: func.func @dropout_in_training_stays(
// CHECK: onnx.Dropout
func.func @dropout_in_training_stays(%x: tensor<2xf32>, %training: tensor<i1>) -> tensor<2xf32> {
  %none = onnx.NoValue() : () -> none
  %0, %mask = onnx.Dropout(%x, %none, %training) : (tensor<2xf32>, none, tensor<i1>) -> (tensor<2xf32>, none)
  return %0 : tensor<2xf32>
}

// -----

// CHECK-LABEL: func.func @decided_branch(
// CHECK-NEXT: %[[R:.*]] = onnx.Relu(%arg0)
// CHECK-NEXT: return %[[R]]
func.func @decided_branch(%x: tensor<2xf32>) -> tensor<2xf32> {
  %c = onnx.Constant() {value = dense<false> : tensor<i1>} : () -> tensor<i1>
  %0 = onnx.If(%c) {
    onnx.Yield(%x) : (tensor<2xf32>) -> ()
  } {
    %1 = onnx.Relu(%x) : (tensor<2xf32>) -> tensor<2xf32>
    onnx.Yield(%1) : (tensor<2xf32>) -> ()
  } : (tensor<i1>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

// Integers wrap, floats round once, comparisons and Where choose.
// CHECK-LABEL: func.func @arithmetic(
// CHECK-DAG: dense<[-128, 5]> : tensor<2xi8>
// CHECK-DAG: dense<[1.000000e-01, -5.000000e-01]> : tensor<2xf32>
// CHECK-DAG: dense<[0, 3]> : tensor<2xi64>
func.func @arithmetic() -> (tensor<2xi8>, tensor<2xf32>, tensor<2xi64>) {
  %a = onnx.Constant() {value = dense<[127, 4]> : tensor<2xi8>} : () -> tensor<2xi8>
  %b = onnx.Constant() {value = dense<1> : tensor<i8>} : () -> tensor<i8>
  %0 = onnx.Add(%a, %b) : (tensor<2xi8>, tensor<i8>) -> tensor<2xi8>
  %c = onnx.Constant() {value = dense<[1.0, -5.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %d = onnx.Constant() {value = dense<10.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %1 = onnx.Div(%c, %d) : (tensor<2xf32>, tensor<1xf32>) -> tensor<2xf32>
  %x = onnx.Constant() {value = dense<[-7, 3]> : tensor<2xi64>} : () -> tensor<2xi64>
  %zero = onnx.Constant() {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %less = onnx.Less(%x, %zero) : (tensor<2xi64>, tensor<i64>) -> tensor<2xi1>
  %2 = onnx.Where(%less, %zero, %x) : (tensor<2xi1>, tensor<i64>, tensor<2xi64>) -> tensor<2xi64>
  return %0, %1, %2 : tensor<2xi8>, tensor<2xf32>, tensor<2xi64>
}
