// RUN: quern-opt %s --quern-stage-assign="activations=s8 exclude=last" --quern-stage-quantize | FileCheck %s
// The stages assign and quantize, from ranges to the hub form: one node is excluded, so its operands stay float.

// CHECK-LABEL: func.func @main
// CHECK: %[[Q:.*]] = quern.quantize %{{.*}} : tensor<1x2xf32> -> tensor<1x2x!quant.uniform<i8:f32, {{.*}}:-43>>
// CHECK: %[[X:.*]] = quern.dequantize %[[Q]]
// CHECK: %[[W:.*]] = quern.dequantize %{{.*}} : tensor<2x2x!quant.uniform<i8<-127:127>:f32:1, {{.*}}>> -> tensor<2x2xf32>
// CHECK: %[[Y:.*]] = onnx.MatMul(%[[X]], %[[W]])
// CHECK-NEXT: onnx.MatMul(%[[Y]], %{{.*}}) {quern.float_reason = "is excluded by 'last'"
func.func @main(%x: tensor<1x2xf32> {quern.range = #quern.range<-1.0, 2.0>}) -> tensor<1x2xf32> {
  %v = onnx.Constant() {value = dense<0.5> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %0 = onnx.MatMul(%x, %v) {quern.ranges = [#quern.range<-1.0, 1.0>]} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("first")
  %1 = onnx.MatMul(%0, %v) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("last")
  return %1 : tensor<1x2xf32>
}
