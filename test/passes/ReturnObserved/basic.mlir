// RUN: quern-opt %s --quern-return-observed | FileCheck %s

// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[X:.*]]: tensor<1x4xf32>) -> (tensor<1x4xf32> {onnx.name = "x"}, tensor<1x4xf32> {onnx.name = "y"})
// CHECK: %[[Y:.*]] = onnx.Relu(%[[X]])
// CHECK-NOT: quern.observe
// CHECK: return %[[X]], %[[Y]] : tensor<1x4xf32>, tensor<1x4xf32>
func.func @main(%x: tensor<1x4xf32>) -> (tensor<1x4xi64> {onnx.name = "z"}) {
  %0 = quern.observe %x, "x" : tensor<1x4xf32>
  %y = onnx.Relu(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = quern.observe %y, "y" : tensor<1x4xf32>
  %z = onnx.Cast(%y) {saturate = 1 : i64, to = 7 : i64} : (tensor<1x4xf32>) -> tensor<1x4xi64>
  return %z : tensor<1x4xi64>
}

// CHECK-LABEL: func.func @nothing_to_observe
// CHECK: return %{{.*}} : tensor<2xi64>
func.func @nothing_to_observe(%x: tensor<2xi64>) -> tensor<2xi64> {
  return %x : tensor<2xi64>
}
