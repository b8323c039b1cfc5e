// RUN: quern-opt %s --quern-assign-precision="exclude=^conv_2$" | FileCheck %s
// RUN: not quern-opt %s --quern-assign-precision="exclude=dense,conv" 2>&1 | FileCheck %s --check-prefix=UNUSED
// RUN: not quern-opt %s --quern-assign-precision="exclude=conv_[" 2>&1 | FileCheck %s --check-prefix=BAD
// RUN: not quern-opt %s --quern-assign-precision="scheme=W9A9" 2>&1 | FileCheck %s --check-prefix=SCHEME
// RUN: not quern-opt %s --quern-assign-precision="activations=f8" 2>&1 | FileCheck %s --check-prefix=SIGN

// UNUSED: error: exclude: 'dense' matches no node
// BAD: error: exclude: 'conv_[' is not a regular expression
// SCHEME: error: 'W9A9' is not a quantization scheme; accepted are W2A8 to W8A8 (or A8W8), U8S8, S8S8, and weights only: W2A16 to W8A16
// SIGN: error: activation-type: 'f8' is neither u8 nor s8
func.func @main(%x: tensor<1x2x4x4xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<1x2x4x4xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<0.5> : tensor<2x2x1x1xf32>} : () -> tensor<2x2x1x1xf32>
  // CHECK: onnx.Conv({{.*}}quern.precision
  %0 = onnx.Conv(%x, %w, %none) {quern.ranges = [#quern.range<0.0, 2.0>]} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32> loc("conv_1")
  // CHECK: onnx.Conv({{.*}}quern.float_reason = "is excluded by '^conv_2$'"
  %1 = onnx.Conv(%0, %w, %none) {quern.ranges = [#quern.range<0.0, 2.0>]} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32> loc("conv_2")
  return %1 : tensor<1x2x4x4xf32>
}
