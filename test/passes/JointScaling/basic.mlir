// RUN: quern-opt %s --quern-joint-scaling | FileCheck %s
// RUN: quern-opt %s --quern-smooth-activations=alpha=0.5 --quern-joint-scaling | FileCheck %s --check-prefix=OWNED

// One channel is a hundred times the other: without a scale, the small one has two or three codes.
// CHECK: %[[T:.*]] = quern.edge_transform
// CHECK-SAME: provenance = ["aqas"]
// CHECK: onnx.MatMul(%[[T]], %{{.*}}) {quern.transformed_by = ["aqas"]}
// One edge, one owner of its scale.
// OWNED-NOT: aqas
func.func @main(%x: tensor<8x2xf32>) -> tensor<8x1xf32> attributes {quern.precision = #quern.precision<weights = <s4, channel, symmetric>, activations = <u8, tensor, asymmetric>>} {
  %gamma = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %w = onnx.Constant() {value = dense<[[0.01], [1.0]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %n = onnx.Mul(%x, %gamma) {quern.rows = [dense<[[100.0, 1.0], [70.0, -0.6], [-30.0, 0.3]]> : tensor<3x2xf32>]} : (tensor<8x2xf32>, tensor<2xf32>) -> tensor<8x2xf32>
  %y = onnx.MatMul(%n, %w) : (tensor<8x2xf32>, tensor<2x1xf32>) -> tensor<8x1xf32>
  return %y : tensor<8x1xf32>
}
