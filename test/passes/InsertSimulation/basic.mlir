// RUN: quern-opt %s --quern-insert-simulation --split-input-file | FileCheck %s
#u8 = #quern.precision<weights = <s8, channel, symmetric>, activations = <u8, tensor, asymmetric>>

// A quantizer, and the maps of an edge that a contraction with a constant weight reads.
// CHECK-LABEL: func.func @contraction
// CHECK-SAME: %[[X:.*]]: tensor<1x2xf32> {{.*}}, %[[Q:.*]]: tensor<4xf32> {onnx.name = "quern.slot0.quantizer"}, %[[S:.*]]: tensor<2xf32> {{.*}}, %[[Z:.*]]: tensor<2xf32> {{.*}}) -> tensor<1x2xf32>
// CHECK: %[[Y:.*]] = quern.simulate_quantize %[[X]] by %[[Q]] channels(%[[S]], %[[Z]] : tensor<2xf32>, tensor<2xf32>) {axis = 1 : i64}
// CHECK: onnx.MatMul(%[[Y]],
func.func @contraction(%x: tensor<1x2xf32> {quern.range = #quern.range<1.0, 2.55>}) -> tensor<1x2xf32> {
  %v = onnx.Constant() {value = dense<0.5> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %0 = onnx.MatMul(%x, %v) {quern.precision = #u8} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----
#act = #quern.precision<activations = <u8, tensor, asymmetric>>

// Uses are apart; constants are no activations.
// CHECK-LABEL: func.func @uses
// CHECK-COUNT-2: quern.simulate_quantize %arg0 by %{{[a-z0-9]*}} :
// CHECK: onnx.Mul
func.func @uses(%x: tensor<2xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<2xf32> {
  %0 = onnx.Mul(%x, %x) {quern.precision = #act, quern.ranges = [#quern.range<0.0, 4.0>]} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
