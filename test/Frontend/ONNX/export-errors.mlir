// What has no form in ONNX is refused by name, and nothing is written.
// RUN: rm -rf %t && split-file %s %t
// RUN: not onnx-roundtrip %t/foreign.mlir %t/out.onnx 2>&1 | FileCheck %s --check-prefix=FOREIGN
// RUN: not onnx-roundtrip %t/bias.mlir %t/out.onnx 2>&1 | FileCheck %s --check-prefix=BIAS
// RUN: not onnx-roundtrip %t/no-main.mlir %t/out.onnx 2>&1 | FileCheck %s --check-prefix=MAIN
// RUN: not ls %t/out.onnx

//--- foreign.mlir
// FOREIGN: loc("smooth"): error: 'quern.edge_transform' has no form in ONNX; the float or the hub form is accepted
func.func @main(%x: tensor<8x2xf32>) -> tensor<8x2xf32> {
  %y = quern.edge_transform %x {axis = 1 : i64, scale = array<f32: 2.0, 4.0>, shift = array<f32: 0.0, 1.0>} : tensor<8x2xf32> loc("smooth")
  return %y : tensor<8x2xf32>
}

//--- bias.mlir
// BIAS: loc("bias"): error: ONNX has no form of the quantized type '!quant.uniform<i32:f32, {{.*}}:3>'
func.func @main() -> tensor<2xf32> {
  %b = onnx.Constant() {value = dense<[1, 2]> : tensor<2xi32>} : () -> tensor<2xi32>
  %q = quant.scast %b : tensor<2xi32> to tensor<2x!quant.uniform<i32:f32, 0.5:3>>
  %y = quern.dequantize %q : tensor<2x!quant.uniform<i32:f32, 0.5:3>> -> tensor<2xf32> loc("bias")
  return %y : tensor<2xf32>
}

//--- no-main.mlir
// MAIN: error: expected a function @main of one block
func.func @other() {
  return
}
