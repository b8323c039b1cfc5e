// RUN: quern-opt %s --quern-scope-method="recipe=%S/Inputs/scores.yaml method=smoothquant" --quern-smooth-activations=alpha=0.5 | FileCheck %s
// RUN: quern-opt %s --quern-smooth-activations=alpha=0.5 | FileCheck %s --check-prefix=EVERYWHERE

// A product of two computed values falls under its own rule.
// CHECK-NOT: transformed_by
// CHECK: onnx.MatMul({{.*}}quern.left_alone
// CHECK-NOT: transformed_by
// EVERYWHERE: quern.transformed_by = ["smoothquant"]
func.func @main(%x: tensor<3x2xf32>, %z: tensor<3x2xf32>) -> tensor<3x3xf32> {
  %wq = onnx.Constant() {value = dense<1.0> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %wk = onnx.Constant() {value = dense<1.0> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %q = onnx.MatMul(%x, %wq) {quern.channel_ranges = [#quern.channel_ranges<1, min = [-16.0, 0.0], max = [8.0, 1.0]>], quern.ranges = [#quern.range<-16.0, 8.0>]} : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %k = onnx.MatMul(%z, %wk) {quern.channel_ranges = [#quern.channel_ranges<1, min = [-1.0, -4.0], max = [0.0, 0.0]>], quern.ranges = [#quern.range<-4.0, 0.0>]} : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %t = onnx.Transpose(%k) {perm = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %s = onnx.MatMul(%q, %t) : (tensor<3x2xf32>, tensor<2x3xf32>) -> tensor<3x3xf32> loc("scores")
  return %s : tensor<3x3xf32>
}
