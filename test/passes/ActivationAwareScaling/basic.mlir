// RUN: quern-opt %s --quern-activation-aware-scaling --split-input-file | FileCheck %s
// RUN: quern-opt %s --quern-activation-aware-scaling --quern-activation-aware-scaling --split-input-file | FileCheck %s

// The second channel is always 0, the first is large: its weight 0.45 is moved nearer to a code of its group, whose range the
// weight 1 of the silent channel sets.
// CHECK-LABEL: func.func @salient
// CHECK: %[[T:.*]] = quern.edge_transform
// CHECK-SAME: provenance = ["awq"]
// CHECK-NOT: quern.edge_transform
// CHECK: onnx.MatMul(%[[T]], %{{.*}}) {quern.transformed_by = ["awq"]}
func.func @salient(%x: tensor<8x2xf32>) -> tensor<8x1xf32> attributes {quern.precision = #quern.precision<weights = <s3, channel, symmetric>>} {
  %gamma = onnx.Constant() {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %w = onnx.Constant() {value = dense<[[0.45], [1.0]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %n = onnx.Mul(%x, %gamma) {quern.rows = [dense<[[16.0, 1.0], [16.0, -1.0]]> : tensor<2x2xf32>]} : (tensor<8x2xf32>, tensor<2xf32>) -> tensor<8x2xf32>
  %y = onnx.MatMul(%n, %w) : (tensor<8x2xf32>, tensor<2x1xf32>) -> tensor<8x1xf32>
  return %y : tensor<8x1xf32>
}
