// RUN: quern-opt %s --quern-assign-precision="scheme=W4A16 group-size=32" | FileCheck %s
// RUN: quern-opt %s --quern-assign-precision="scheme=W8A16" | FileCheck %s --check-prefix=EIGHT

// Products with a constant matrix get weights and no activations; no range is needed.
// CHECK: onnx.MatMul(%arg0, %0) {quern.precision = #quern.precision<weights = <u4, group = 32, asymmetric>, provenance = "uniform W4A16">}
// CHECK: onnx.MatMul(%{{.*}}, %{{.*}}) : (tensor<4x2xf32>
// EIGHT: weights = <s8, channel, symmetric>, provenance = "uniform W8A16"
func.func @main(%x: tensor<4x64xf32>) -> tensor<4x4xf32> {
  %w = onnx.Constant() {value = dense<0.5> : tensor<64x2xf32>} : () -> tensor<64x2xf32>
  %0 = onnx.MatMul(%x, %w) : (tensor<4x64xf32>, tensor<64x2xf32>) -> tensor<4x2xf32>
  %1 = onnx.Transpose(%0) {perm = array<i64: 1, 0>} : (tensor<4x2xf32>) -> tensor<2x4xf32>
  %2 = onnx.MatMul(%0, %1) : (tensor<4x2xf32>, tensor<2x4xf32>) -> tensor<4x4xf32>
  return %2 : tensor<4x4xf32>
}
