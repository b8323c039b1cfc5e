// The hub form leaves as QuantizeLinear and DequantizeLinear, and computes in ONNX Runtime what it says.
// RUN: rm -rf %t && mkdir %t && onnx-roundtrip %s %t/hub.onnx && %python %S/check_hub.py %t/hub.onnx

func.func @main(%x: tensor<2x4xf32> {onnx.name = "x"})
    -> (tensor<2x3xf32> {onnx.name = "y"}, tensor<2x4xui8> {onnx.name = "codes"}, tensor<2x4xf32> {onnx.name = "narrow"}) {
  %none = onnx.NoValue() : () -> none
  // Activations: per-tensor, unsigned.
  %qx = quern.quantize %x : tensor<2x4xf32> -> tensor<2x4x!quant.uniform<u8:f32, 0.05:128>>
  %dx = quern.dequantize %qx : tensor<2x4x!quant.uniform<u8:f32, 0.05:128>> -> tensor<2x4xf32>
  %codes = quern.storage_cast %qx : tensor<2x4x!quant.uniform<u8:f32, 0.05:128>> -> tensor<2x4xui8>
  // Weights: one scale per output channel.
  %w = onnx.Constant() {value = dense<[[1, -2, 3], [4, 5, -6], [7, 8, 9], [-128, 127, 0]]> : tensor<4x3xi8>, onnx.value_names = ["w"]} : () -> tensor<4x3xi8>
  %qw = quant.scast %w : tensor<4x3xi8> to tensor<4x3x!quant.uniform<i8:f32:1, {0.5, 0.25, 0.125}>>
  %dw = quern.dequantize %qw : tensor<4x3x!quant.uniform<i8:f32:1, {0.5, 0.25, 0.125}>> -> tensor<4x3xf32>
  // Bias: 32 bits at the product of the scales.
  %b = onnx.Constant() {value = dense<[100, -200, 70000]> : tensor<3xi32>, onnx.value_names = ["b"]} : () -> tensor<3xi32>
  %qb = quant.scast %b : tensor<3xi32> to tensor<3x!quant.uniform<i32:f32:0, {0.025, 0.0125, 0.00625}>>
  %db = quern.dequantize %qb : tensor<3x!quant.uniform<i32:f32:0, {0.025, 0.0125, 0.00625}>> -> tensor<3xf32>
  %g = onnx.Gemm(%dx, %dw, %db) {onnx.value_names = ["gemm"]} : (tensor<2x4xf32>, tensor<4x3xf32>, tensor<3xf32>) -> tensor<2x3xf32> loc("gemm_node")
  // Blocks of two along axis 0, four bits.
  %u = onnx.Constant() {value = dense<[[1, -2, 3, 4], [4, 5, -6, 7], [7, -8, 6, 0]]> : tensor<3x4xi4>, onnx.value_names = ["u"]} : () -> tensor<3x4xi4>
  %qu = quant.scast %u : tensor<3x4xi4> to tensor<3x4x!quant.uniform<i4:f32:{0:1, 1:2}, {{0.5, 0.25}, {1.0, 2.0}, {4.0, 0.125}}>>
  %du = quern.dequantize %qu : tensor<3x4x!quant.uniform<i4:f32:{0:1, 1:2}, {{0.5, 0.25}, {1.0, 2.0}, {4.0, 0.125}}>> -> tensor<3x4xf32>
  %m = onnx.MatMul(%g, %du) {onnx.value_names = ["m"]} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  // Fewer codes than eight bits have.
  %qn = quern.quantize %m : tensor<2x4xf32> -> tensor<2x4x!quant.uniform<i8<-64:63>:f32, 0.5:3>>
  %n = quern.dequantize %qn : tensor<2x4x!quant.uniform<i8<-64:63>:f32, 0.5:3>> -> tensor<2x4xf32>
  return %g, %codes, %n : tensor<2x3xf32>, tensor<2x4xui8>, tensor<2x4xf32>
}
