// RUN: quern-opt %s --quern-attach-ranges="statistics=%S/Inputs/statistics.json observer=min-max" | FileCheck %s
// RUN: quern-opt %s --quern-attach-ranges="statistics=%S/Inputs/statistics.json" | FileCheck %s --check-prefix=DEFAULT

// CHECK: onnx.name = "x", quern.range = #quern.range<0.000000e+00, 2.000000e+00, "min-max">
// CHECK: onnx.Relu
// CHECK-SAME: quern.ranges = [#quern.range<-1.000000e+00, 0.000000e+00, "min-max">]
// Not in the statistics:
// CHECK-NEXT: onnx.Abs
// CHECK-NOT: quern.range
// DEFAULT: quern.range = #quern.range<0.000000e+00, 2.000000e+00, "norm">
func.func @main(%x: tensor<1x4xf32> {onnx.name = "x"}) -> tensor<1x4xf32> {
  %y = onnx.Relu(%x) {onnx.value_names = ["y"]} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %z = onnx.Abs(%y) {onnx.value_names = ["z"]} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %z : tensor<1x4xf32>
}
