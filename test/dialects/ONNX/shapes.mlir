// Result shapes of the ops, each checked through quern-infer-shapes.
// RUN: quern-opt %s --quern-infer-shapes --allow-unregistered-dialect | FileCheck %s

// CHECK-LABEL: func.func @windows(
// CHECK: onnx.Conv({{.*}} -> tensor<1x8x4x4xf32>
// CHECK: onnx.Conv({{.*}} -> tensor<1x8x5x5xf32>
// CHECK: onnx.Conv({{.*}} -> tensor<1x8x5x5xf32>
// CHECK: onnx.ConvTranspose({{.*}} -> tensor<1x2x18x18xf32>
// CHECK: onnx.MaxPool({{.*}} -> (tensor<1x4x5x5xf32>, none)
// CHECK: onnx.MaxPool({{.*}} -> (tensor<1x4x5x5xf32>, tensor<1x4x5x5xi64>)
// CHECK: onnx.AveragePool({{.*}} -> tensor<1x4x4x4xf32>
// CHECK: onnx.GlobalAveragePool({{.*}} -> tensor<1x4x1x1xf32>
func.func @windows(%x: tensor<1x4x9x9xf32>, %w: tensor<8x4x3x3xf32>, %t: tensor<4x1x2x2xf32>) {
  %none = onnx.NoValue() : () -> none
  %0 = onnx.Conv(%x, %w, %none) {strides = array<i64: 2, 2>} : (tensor<1x4x9x9xf32>, tensor<8x4x3x3xf32>, none) -> tensor<*xf32>
  %1 = onnx.Conv(%x, %w, %none) {strides = array<i64: 2, 2>, auto_pad = "SAME_UPPER"} : (tensor<1x4x9x9xf32>, tensor<8x4x3x3xf32>, none) -> tensor<*xf32>
  %2 = onnx.Conv(%x, %w, %none) {dilations = array<i64: 2, 2>} : (tensor<1x4x9x9xf32>, tensor<8x4x3x3xf32>, none) -> tensor<*xf32>
  %3 = onnx.ConvTranspose(%x, %t, %none) {strides = array<i64: 2, 2>, group = 2 : i64} : (tensor<1x4x9x9xf32>, tensor<4x1x2x2xf32>, none) -> tensor<*xf32>
  %4, %5 = onnx.MaxPool(%x) {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, ceil_mode = 1 : i64} : (tensor<1x4x9x9xf32>) -> (tensor<*xf32>, none)
  %6, %7 = onnx.MaxPool(%x) {kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>} : (tensor<1x4x9x9xf32>) -> (tensor<*xf32>, tensor<*xi64>)
  %8 = onnx.AveragePool(%x) {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x4x9x9xf32>) -> tensor<*xf32>
  %9 = onnx.GlobalAveragePool(%x) : (tensor<1x4x9x9xf32>) -> tensor<*xf32>
  "test.keep"(%0, %1, %2, %3, %4, %6, %7, %8, %9) : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xi64>, tensor<*xf32>, tensor<*xf32>) -> ()
  return
}

// CHECK-LABEL: func.func @products(
// CHECK: onnx.MatMul({{.*}} -> tensor<5x2x4xf32>
// CHECK: onnx.MatMul({{.*}} -> tensor<2xf32>
// CHECK: onnx.MatMulInteger({{.*}} -> tensor<2x4xi32>
// CHECK: onnx.Gemm({{.*}} -> tensor<3x4xf32>
func.func @products(%a: tensor<5x2x3xf32>, %m: tensor<2x3xf32>, %v: tensor<3xf32>, %b: tensor<3x4xf32>, %p: tensor<2x3xui8>,
                    %q: tensor<3x4xi8>, %c: tensor<2x4xf32>) {
  %none = onnx.NoValue() : () -> none
  %0 = onnx.MatMul(%a, %b) : (tensor<5x2x3xf32>, tensor<3x4xf32>) -> tensor<*xf32>
  %1 = onnx.MatMul(%m, %v) : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<*xf32>
  %2 = onnx.MatMulInteger(%p, %q, %none, %none) : (tensor<2x3xui8>, tensor<3x4xi8>, none, none) -> tensor<*xi32>
  %3 = onnx.Gemm(%m, %c, %none) {transA = 1 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>, none) -> tensor<*xf32>
  "test.keep"(%0, %1, %2, %3) : (tensor<*xf32>, tensor<*xf32>, tensor<*xi32>, tensor<*xf32>) -> ()
  return
}

// CHECK-LABEL: func.func @movement(
// CHECK: onnx.Flatten({{.*}} -> tensor<2x12xf32>
// CHECK: onnx.Transpose({{.*}} -> tensor<4x3x2xf32>
// CHECK: onnx.Split({{.*}} -> (tensor<2x2x4xf32>, tensor<2x1x4xf32>)
// CHECK: onnx.Slice({{.*}} -> tensor<2x3x2xf32>
// CHECK: onnx.ReduceMean({{.*}} -> tensor<2x1x1xf32>
// CHECK: onnx.ArgMax({{.*}} -> tensor<2x4xi64>
// CHECK: onnx.Equal({{.*}} -> tensor<2x3x4xi1>
// CHECK: onnx.Tile({{.*}} -> tensor<2x6x4xf32>
// CHECK: onnx.Resize({{.*}} -> tensor<2x6x8xf32>
func.func @movement(%x: tensor<2x3x4xf32>) {
  %none = onnx.NoValue() : () -> none
  %0 = onnx.Flatten(%x) : (tensor<2x3x4xf32>) -> tensor<*xf32>
  %1 = onnx.Transpose(%x) : (tensor<2x3x4xf32>) -> tensor<*xf32>
  %2, %3 = onnx.Split(%x, %none) {axis = 1 : i64, num_outputs = 2 : i64} : (tensor<2x3x4xf32>, none) -> (tensor<*xf32>, tensor<*xf32>)
  %starts = onnx.Constant() {value = dense<-2> : tensor<1xi64>} : () -> tensor<1xi64>
  %ends = onnx.Constant() {value = dense<9223372036854775807> : tensor<1xi64>} : () -> tensor<1xi64>
  %axes = onnx.Constant() {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %4 = onnx.Slice(%x, %starts, %ends, %axes, %none) : (tensor<2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xf32>
  %two = onnx.Constant() {value = dense<[1, 2]> : tensor<2xi64>} : () -> tensor<2xi64>
  %5 = onnx.ReduceMean(%x, %two) : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  %6 = onnx.ArgMax(%x) {axis = 1 : i64, keepdims = 0 : i64} : (tensor<2x3x4xf32>) -> tensor<*xi64>
  %7 = onnx.Equal(%x, %x) : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<*xi1>
  %repeats = onnx.Constant() {value = dense<[1, 2, 1]> : tensor<3xi64>} : () -> tensor<3xi64>
  %8 = onnx.Tile(%x, %repeats) : (tensor<2x3x4xf32>, tensor<3xi64>) -> tensor<*xf32>
  %scales = onnx.Constant() {value = dense<[1.0, 2.0, 2.0]> : tensor<3xf32>} : () -> tensor<3xf32>
  %9 = onnx.Resize(%x, %none, %scales, %none) : (tensor<2x3x4xf32>, none, tensor<3xf32>, none) -> tensor<*xf32>
  "test.keep"(%0, %1, %2, %3, %4, %5, %6, %7, %8, %9) : (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xi64>, tensor<*xi1>, tensor<*xf32>, tensor<*xf32>) -> ()
  return
}

// An unknown size stays unknown, the others are computed.
// CHECK-LABEL: func.func @unknown(
// CHECK: onnx.Conv({{.*}} -> tensor<?x8x?x7xf32>
// CHECK: onnx.Flatten({{.*}} -> tensor<?x?xf32>
func.func @unknown(%x: tensor<?x4x?x9xf32>, %w: tensor<8x4x3x3xf32>) {
  %none = onnx.NoValue() : () -> none
  %0 = onnx.Conv(%x, %w, %none) : (tensor<?x4x?x9xf32>, tensor<8x4x3x3xf32>, none) -> tensor<*xf32>
  %1 = onnx.Flatten(%0) : (tensor<*xf32>) -> tensor<*xf32>
  "test.keep"(%1) : (tensor<*xf32>) -> ()
  return
}
