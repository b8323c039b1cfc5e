// RUN: quern-opt %s --quern-stage-prepare="dimensions=batch=1" | FileCheck %s
// RUN: not quern-opt %s --quern-stage-prepare 2>&1 | FileCheck %s --check-prefix=FREE

// A model function is inlined, the batch is bound, shape arithmetic and BatchNormalization vanish.
// FREE: (C3) input 'x' has no size for dimension 0 'batch'
// CHECK-NOT: func.func private
// CHECK-LABEL: func.func @main(
// CHECK-SAME: tensor<1x1x2x2xf32>
// CHECK-SAME: -> (tensor<1x8xf32> {onnx.name = "y"})
// CHECK-DAG: %[[W:.*]] = onnx.Constant() {value = dense<2.000000e+00> : tensor<2x1x1x1xf32>}
// CHECK-DAG: %[[B:.*]] = onnx.Constant() {value = dense<5.000000e-01> : tensor<2xf32>}
// CHECK: %[[C:.*]] = onnx.Conv(%{{.*}}, %[[W]], %[[B]]) {onnx.value_names = ["normalized"]}
// CHECK-NEXT: %[[R:.*]] = onnx.Relu(%[[C]])
// CHECK-NEXT: %[[Y:.*]] = onnx.Reshape(%[[R]], %{{.*}}) {{.*}} -> tensor<1x8xf32>
// CHECK-NEXT: return %[[Y]]
func.func private @activation(%x: tensor<*xf32>) -> tensor<*xf32> {
  %0 = onnx.Relu(%x) : (tensor<*xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

func.func @main(%x: tensor<?x1x2x2xf32> {onnx.name = "x", onnx.dims = ["batch", "", "", ""]}) -> (tensor<*xf32> {onnx.name = "y"}) {
  %none = onnx.NoValue() : () -> none
  %w = onnx.Constant() {value = dense<1.0> : tensor<2x1x1x1xf32>} : () -> tensor<2x1x1x1xf32>
  %conv = onnx.Conv(%x, %w, %none) : (tensor<?x1x2x2xf32>, tensor<2x1x1x1xf32>, none) -> tensor<*xf32>
  %scale = onnx.Constant() {value = dense<4.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %half = onnx.Constant() {value = dense<0.5> : tensor<2xf32>} : () -> tensor<2xf32>
  %zero = onnx.Constant() {value = dense<0.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %four = onnx.Constant() {value = dense<4.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %bn, %m, %v = onnx.BatchNormalization(%conv, %scale, %half, %zero, %four) {epsilon = 0.0 : f32, onnx.value_names = ["normalized", "", ""]}
      : (tensor<*xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<*xf32>, none, none)
  %relu = func.call @activation(%bn) : (tensor<*xf32>) -> tensor<*xf32>
  %shape = onnx.Shape(%x) {end = 1 : i64} : (tensor<?x1x2x2xf32>) -> tensor<1xi64>
  %rest = onnx.Constant() {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %target = onnx.Concat(%shape, %rest) {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %y = onnx.Reshape(%relu, %target) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}
