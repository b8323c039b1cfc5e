// RUN: quern-opt %s --quern-assign-precision="recipe=%S/Inputs/recipe.yaml" | FileCheck %s
// RUN: not quern-opt %s --quern-assign-precision="recipe=%S/Inputs/unmatched.yaml" 2>&1 | FileCheck %s --check-prefix=UNMATCHED
// RUN: not quern-opt %s --quern-assign-precision="recipe=%S/Inputs/nowhere.yaml" 2>&1 | FileCheck %s --check-prefix=MISSING

// Each op has the settings of the first rule that matches its name and its type.
// CHECK: onnx.Conv({{.*}}activations = <s8, tensor, asymmetric>, provenance = "rule W8A8">
// CHECK: onnx.MatMul({{.*}}weights = <u4, group = 32, asymmetric>, provenance = "rule W4A16">
// CHECK-NOT: quern.float_reason = {{.*}}product
// CHECK: onnx.Conv({{.*}}activations = <u8, tensor, asymmetric>, provenance = "uniform W8A8">
// CHECK: onnx.Conv({{.*}}quern.float_reason = "is excluded by name 'last'"

// UNMATCHED: unmatched.yaml:3:{{.*}}error: rule for op Gemm matches no node
// UNMATCHED: unmatched.yaml:7:{{.*}}error: rule for name 'conv_1', op MatMul matches no node
// UNMATCHED: unmatched.yaml:9:{{.*}}warning: rule for name 'product' has no effect
// MISSING: error: cannot read {{.*}}nowhere.yaml
func.func @main(%x: tensor<1x2x4x4xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<1x2x4x4xf32> {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<0.5> : tensor<2x2x1x1xf32>} : () -> tensor<2x2x1x1xf32>
  %v = onnx.Constant() {value = dense<0.5> : tensor<4x4xf32>} : () -> tensor<4x4xf32>
  %0 = onnx.Conv(%x, %w, %none) {quern.ranges = [#quern.range<0.0, 2.0>]} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32> loc("conv_1")
  %1 = onnx.MatMul(%0, %v) {quern.ranges = [#quern.range<0.0, 2.0>]} : (tensor<1x2x4x4xf32>, tensor<4x4xf32>) -> tensor<1x2x4x4xf32> loc("product")
  %2 = onnx.Conv(%1, %w, %none) {quern.ranges = [#quern.range<0.0, 2.0>]} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32> loc("middle")
  %3 = onnx.Conv(%2, %w, %none) {quern.ranges = [#quern.range<0.0, 2.0>]} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>, none) -> tensor<1x2x4x4xf32> loc("last")
  return %3 : tensor<1x2x4x4xf32>
}
