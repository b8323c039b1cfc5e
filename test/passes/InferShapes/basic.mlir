// RUN: quern-opt %s --quern-infer-shapes --split-input-file | FileCheck %s

// The shape arithmetic of an exporter folds on the way to the Reshape.
// CHECK-LABEL: func.func @shape_arithmetic(
// CHECK-SAME: -> tensor<2x12xf32>
// CHECK: onnx.Reshape({{.*}}) : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<2x12xf32>
func.func @shape_arithmetic(%x: tensor<2x3x4xf32>) -> tensor<*xf32> {
  %zero = onnx.Constant() {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %axes = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %rest = onnx.Constant() {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %shape = onnx.Shape(%x) : (tensor<2x3x4xf32>) -> tensor<?xi64>
  %batch = onnx.Gather(%shape, %zero) : (tensor<?xi64>, tensor<i64>) -> tensor<*xi64>
  %batches = onnx.Unsqueeze(%batch, %axes) : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %target = onnx.Concat(%batches, %rest) {axis = 0 : i64} : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %y = onnx.Reshape(%x, %target) : (tensor<2x3x4xf32>, tensor<*xi64>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// -----

// The pads of PyTorch's 1-d padding: ConstantOfShape, Concat, Reshape, Slice backwards, Transpose, Cast.
// CHECK-LABEL: func.func @pads(
// CHECK-SAME: -> tensor<1x32x16x16xf32>
// CHECK-DAG: dense<[0, 8, 0, 0, 0, 8, 0, 0]> : tensor<8xi64>
func.func @pads(%x: tensor<1x16x16x16xf32>) -> tensor<?x?x?x?xf32> {
  %none = onnx.NoValue() : () -> none
  %given = onnx.Constant() {value = dense<[0, 0, 0, 0, 8, 8]> : tensor<6xi64>} : () -> tensor<6xi64>
  %count = onnx.Constant() {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %zeros = onnx.ConstantOfShape(%count) {value = dense<0> : tensor<1xi64>} : (tensor<1xi64>) -> tensor<*xi64>
  %all = onnx.Concat(%given, %zeros) {axis = 0 : i64} : (tensor<6xi64>, tensor<*xi64>) -> tensor<*xi64>
  %pairs = onnx.Constant() {value = dense<[-1, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %table = onnx.Reshape(%all, %pairs) : (tensor<*xi64>, tensor<2xi64>) -> tensor<?x?xi64>
  %starts = onnx.Constant() {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %ends = onnx.Constant() {value = dense<-9223372036854775807> : tensor<1xi64>} : () -> tensor<1xi64>
  %axes = onnx.Constant() {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %back = onnx.Slice(%table, %starts, %ends, %axes, %starts) : (tensor<?x?xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xi64>
  %columns = onnx.Transpose(%back) {perm = array<i64: 1, 0>} : (tensor<?x?xi64>) -> tensor<?x?xi64>
  %row = onnx.Reshape(%columns, %starts) : (tensor<?x?xi64>, tensor<1xi64>) -> tensor<?xi64>
  %pads = onnx.Cast(%row) {to = 7 : i64} : (tensor<?xi64>) -> tensor<?xi64>
  %y = onnx.Pad(%x, %pads, %none, %none) : (tensor<1x16x16x16xf32>, tensor<?xi64>, none, none) -> tensor<?x?x?x?xf32>
  return %y : tensor<?x?x?x?xf32>
}

// -----

// Both branches agree on one dimension only.
// CHECK-LABEL: func.func @branches(
// CHECK-SAME: -> tensor<?x4xf32>
func.func @branches(%c: tensor<i1>, %x: tensor<2x4xf32>, %y: tensor<3x4xf32>) -> tensor<*xf32> {
  %0 = onnx.If(%c) {
    %1 = onnx.Relu(%x) : (tensor<2x4xf32>) -> tensor<*xf32>
    onnx.Yield(%1) : (tensor<*xf32>) -> ()
  } {
    onnx.Yield(%y) : (tensor<3x4xf32>) -> ()
  } : (tensor<i1>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// An op without inference keeps its declared type; what is declared more precisely than inferred stays.
// CHECK-LABEL: func.func @declared(
// CHECK: onnx.Det({{.*}}) : (tensor<?x3x3xf32>) -> tensor<5xf32>
// CHECK: onnx.Relu({{.*}}) : (tensor<?x3x3xf32>) -> tensor<5x3x3xf32>
func.func @declared(%x: tensor<?x3x3xf32>) -> (tensor<5xf32>, tensor<5x?x?xf32>) {
  %0 = onnx.Det(%x) : (tensor<?x3x3xf32>) -> tensor<5xf32>
  %1 = onnx.Relu(%x) : (tensor<?x3x3xf32>) -> tensor<5x?x?xf32>
  return %0, %1 : tensor<5xf32>, tensor<5x?x?xf32>
}

// -----

// A folded value keeps its ONNX name.
// CHECK-LABEL: func.func @names(
// CHECK: onnx.Constant() {onnx.value_names = ["sum"], value = dense<[4, 6]> : tensor<2xi64>}
func.func @names() -> tensor<2xi64> {
  %0 = onnx.Constant() {value = dense<[1, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %1 = onnx.Constant() {value = dense<[3, 4]> : tensor<2xi64>} : () -> tensor<2xi64>
  %2 = onnx.Add(%0, %1) {onnx.value_names = ["sum"]} : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  return %2 : tensor<2xi64>
}

// -----

// Exporters test ranks at run time. The branch that is never taken does not fit, and is gone before that matters; the
// condition of the second If follows from the first.
// CHECK-LABEL: func.func @decided(
// CHECK-SAME: -> tensor<1x4xf32>
// CHECK-NOT: onnx.If
func.func @decided(%x: tensor<1x4x1xf32>) -> tensor<*xf32> {
  %axis = onnx.Constant() {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %first = onnx.Constant() {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %three = onnx.Constant() {value = dense<3> : tensor<i64>} : () -> tensor<i64>
  %yes = onnx.Constant() {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %0 = onnx.If(%yes) {
    %1 = onnx.Squeeze(%x, %axis) : (tensor<1x4x1xf32>, tensor<1xi64>) -> tensor<*xf32>
    onnx.Yield(%1) : (tensor<*xf32>) -> ()
  } {
    onnx.Yield(%x) : (tensor<1x4x1xf32>) -> ()
  } : (tensor<i1>) -> tensor<*xf32>
  %shape = onnx.Shape(%0) : (tensor<*xf32>) -> tensor<?xi64>
  %rank = onnx.Size(%shape) : (tensor<?xi64>) -> tensor<i64>
  %is3 = onnx.Equal(%rank, %three) : (tensor<i64>, tensor<i64>) -> tensor<i1>
  %2 = onnx.If(%is3) {
    %3 = onnx.Squeeze(%0, %first) : (tensor<*xf32>, tensor<1xi64>) -> tensor<*xf32>
    onnx.Yield(%3) : (tensor<*xf32>) -> ()
  } {
    onnx.Yield(%0) : (tensor<*xf32>) -> ()
  } : (tensor<i1>) -> tensor<*xf32>
  return %2 : tensor<*xf32>
}
