// RUN: quern-opt %s --quern-assign-precision="scheme=W4A8 group-size=32" | FileCheck %s
// RUN: quern-opt %s --quern-assign-precision="scheme=W3A8 weight-scheme=symmetric" | FileCheck %s --check-prefix=CHANNEL
// RUN: not quern-opt %s --quern-assign-precision="scheme=W4A8 group-size=32 per-tensor-weights" 2>&1 | FileCheck %s --check-prefix=BOTH

// Matrices have groups; a convolution has scales per channel and says why.
// CHECK: onnx.Conv({{.*}}weights = <u4, channel, asymmetric>, activations = <u8, tensor, asymmetric>, provenance = "uniform W4A8, per channel: only matrix products have groups">
// CHECK: onnx.MatMul({{.*}}weights = <u4, group = 32, asymmetric>, activations = <u8, tensor, asymmetric>, provenance = "uniform W4A8">
// CHANNEL-COUNT-2: weights = <s3, channel, symmetric>, activations = <u8, tensor, asymmetric>, provenance = "uniform W3A8">
// BOTH: error: weights have one scale per tensor or one per group of 32, not both
func.func @main(%x: tensor<1x2x4x64xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<1x2x4x2xf32> {
  %k = onnx.Constant() {value = dense<0.5> : tensor<2x2x1x1xf32>} : () -> tensor<2x2x1x1xf32>
  %w = onnx.Constant() {value = dense<0.5> : tensor<64x2xf32>} : () -> tensor<64x2xf32>
  %none = onnx.NoValue() : () -> none
  %0 = onnx.Conv(%x, %k, %none) {quern.ranges = [#quern.range<-2.0, 2.0>]} : (tensor<1x2x4x64xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x64xf32>
  %1 = onnx.MatMul(%0, %w) : (tensor<1x2x4x64xf32>, tensor<64x2xf32>) -> tensor<1x2x4x2xf32>
  return %1 : tensor<1x2x4x2xf32>
}
