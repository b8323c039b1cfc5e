// RUN: quern-opt %s --quern-insert-observers | FileCheck %s

// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[X:.*]]: tensor<1x4xf32>
// CHECK-NEXT: quern.observe %[[X]], "x" : tensor<1x4xf32>
// CHECK-NEXT: %[[Y:.*]] = onnx.Relu(%[[X]])
// CHECK-NEXT: quern.observe %[[Y]], "y" : tensor<1x4xf32>
// CHECK-NEXT: return %[[Y]]
func.func @main(%x: tensor<1x4xf32> {onnx.name = "x"}) -> tensor<1x4xf32> {
  %y = onnx.Relu(%x) {onnx.value_names = ["y"]} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// A value without an ONNX name is called after its node; a name that is taken gets a number.
// CHECK-LABEL: func.func @names
// CHECK: quern.observe %{{.*}}, "input_0"
// CHECK: quern.observe %{{.*}}, "node:0"
// CHECK: quern.observe %{{.*}}, "node:0#2"
// CHECK: quern.observe %{{.*}}, "onnx.Relu:0"
func.func @names(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %a = onnx.Relu(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("node")
  %b = onnx.Relu(%a) : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("node")
  %c = onnx.Relu(%b) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %c : tensor<1x4xf32>
}
