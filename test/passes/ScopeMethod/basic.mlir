// RUN: quern-opt %s --quern-scope-method="recipe=%S/Inputs/recipe.yaml method=smoothquant" | FileCheck %s
// RUN: quern-opt %s --quern-scope-method="recipe=%S/Inputs/recipe.yaml method=weight-dilation" | FileCheck %s --check-prefix=DILATE
// RUN: quern-opt %s --quern-scope-method="recipe=%S/Inputs/recipe.yaml method=weight-dilation" --quern-scope-method | FileCheck %s --check-prefix=CLEAN
// RUN: quern-opt %s --quern-scope-method="recipe=%S/Inputs/recipe.yaml method=smoothquant" --quern-smooth-activations=alpha=0.5 | FileCheck %s --check-prefix=SMOOTH
// RUN: not quern-opt %s --quern-scope-method="recipe=%S/Inputs/none.yaml method=smoothquant" 2>&1 | FileCheck %s --check-prefix=MISSING
// MISSING: none.yaml

// The consumers of %x fall under the rules of query and of key: the first decides, and the float one has no say.
// CHECK: onnx.Constant
// CHECK-NOT: quern.left_alone
// CHECK: onnx.MatMul(%3,
// The default asks for no method, and up for another one.
// CHECK-SAME: quern.left_alone
// CHECK-NEXT: onnx.MatMul({{.*}}quern.left_alone

// DILATE-COUNT-4: quern.left_alone
// DILATE-NOT: quern.left_alone

// CLEAN-NOT: quern.left_alone

// SMOOTH: quern.edge_transform %arg0
// SMOOTH-NOT: quern.edge_transform
func.func @main(%x: tensor<8x2xf32> {quern.channel_range = #quern.channel_ranges<1, min = [-16.0, 0.0], max = [8.0, 1.0]>, quern.range = #quern.range<-16.0, 8.0>}) -> (tensor<8x2xf32>, tensor<8x2xf32>, tensor<8x2xf32>) {
  %w = onnx.Constant() {value = dense<[[1.0, 0.5], [4.0, 1.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %v = onnx.MatMul(%x, %w) : (tensor<8x2xf32>, tensor<2x2xf32>) -> tensor<8x2xf32> loc("value")
  %k = onnx.MatMul(%x, %w) : (tensor<8x2xf32>, tensor<2x2xf32>) -> tensor<8x2xf32> loc("key")
  %q = onnx.MatMul(%x, %w) {quern.channel_ranges = [#quern.channel_ranges<1, min = [-16.0, 0.0], max = [8.0, 1.0]>], quern.ranges = [#quern.range<-16.0, 8.0>]} : (tensor<8x2xf32>, tensor<2x2xf32>) -> tensor<8x2xf32> loc("query")
  %d = onnx.MatMul(%q, %w) {quern.channel_ranges = [#quern.channel_ranges<1, min = [-16.0, 0.0], max = [8.0, 1.0]>], quern.ranges = [#quern.range<-16.0, 8.0>]} : (tensor<8x2xf32>, tensor<2x2xf32>) -> tensor<8x2xf32> loc("down")
  %u = onnx.MatMul(%d, %w) : (tensor<8x2xf32>, tensor<2x2xf32>) -> tensor<8x2xf32> loc("up")
  return %v, %k, %u : tensor<8x2xf32>, tensor<8x2xf32>, tensor<8x2xf32>
}
