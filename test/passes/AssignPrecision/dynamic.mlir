// RUN: quern-opt %s --quern-assign-precision="scheme=W8A8 activations-mode=dynamic" | FileCheck %s
// RUN: not quern-opt %s --quern-assign-precision="scheme=W8A8 activations-mode=dynamic group-size=2" 2>&1 | FileCheck %s --check-prefix=GROUP

// Constant matrices get rows, without any range; all else says why it stays float.
// CHECK: onnx.Conv({{.*}}quern.float_reason = "is no product with a constant matrix, and only those have a form with dynamic activations"
// CHECK: onnx.MatMul({{.*}}quern.precision = #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, row, asymmetric>, provenance = "uniform W8A8 dynamic">
// CHECK: onnx.Relu({{.*}}quern.float_reason = "is no product
// CHECK: onnx.MatMul({{.*}}quern.float_reason = "is no product
// CHECK: onnx.Gemm({{.*}}activations = <u8, row, asymmetric>
// CHECK: onnx.Gemm({{.*}}quern.float_reason = "transposes its activation, whose rows have dynamic scales"
// GROUP: error: dynamic activations go with one weight scale per channel, not per tensor or group
func.func @main(%x: tensor<1x2x4x4xf32>, %y: tensor<4x4xf32>) -> (tensor<1x2x4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) {
  %k = onnx.Constant() {value = dense<0.5> : tensor<2x2x1x1xf32>} : () -> tensor<2x2x1x1xf32>
  %w = onnx.Constant() {value = dense<0.5> : tensor<4x4xf32>} : () -> tensor<4x4xf32>
  %none = onnx.NoValue() : () -> none
  %0 = onnx.Conv(%x, %k, %none) : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32>
  %1 = onnx.MatMul(%0, %w) : (tensor<1x2x4x4xf32>, tensor<4x4xf32>) -> tensor<1x2x4x4xf32>
  %2 = onnx.Relu(%1) : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %3 = onnx.MatMul(%2, %1) : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %4 = onnx.Gemm(%y, %w, %none) {transB = 1 : i64} : (tensor<4x4xf32>, tensor<4x4xf32>, none) -> tensor<4x4xf32>
  %5 = onnx.Gemm(%y, %w, %none) {transA = 1 : i64} : (tensor<4x4xf32>, tensor<4x4xf32>, none) -> tensor<4x4xf32>
  return %3, %4, %5 : tensor<1x2x4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>
}
