// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def ImportQuantization : Pass<"quern-import-quantization", "mlir::ModuleOp"> {
  let summary = "Bring a graph that arrived quantized to the hub form, and freeze it";
  let description = [{
    ONNX's operators mean what the `quern` ops mean, so each is replaced where it stands:

    - QuantizeLinear: clamp(rhe(x / s) + z) is `quern.quantize` and a cast to integers;
    - DequantizeLinear: (q - z) * s is a cast from integers and `quern.dequantize`;
    - QLinearConv and QLinearMatMul: the float op between the two, the bias being codes of scale s_x * s_w.

    Scales and zero points must be constants: per tensor, per axis, or in blocks along an axis. Scales that are not
    finite, positive and normal numbers of f32 are refused by the node's name. Left as they are: operators whose scales are
    computed, other float types than f32, float codes, and blocks that do not divide their dimension.

    If a module has quantized values then, it gets `quern.prequantized`, and no pass quantizes it again. Running the pass
    twice changes nothing.

    ```mlir
    // before
    %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
    %d = onnx.DequantizeLinear(%q, %s, %z) : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
    // after
    %q = quern.quantize %x : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 0.5:128>>
    %d = quern.dequantize %q : tensor<4x!quant.uniform<u8:f32, 0.5:128>> -> tensor<4xf32>
    ```
  }];
  let dependentDialects = ["::quern::QuernDialect", "::quern::onnx::ONNXDialect", "::mlir::quant::QuantDialect"];
}
