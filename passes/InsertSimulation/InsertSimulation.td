// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def InsertSimulation : Pass<"quern-insert-simulation", "mlir::func::FuncOp"> {
  let summary = "Make every quantizer of activations an input of the function";
  let description = [{
    Where quern-insert-quantization would put a pair on a use, `quern.simulate_quantize` takes its place, and its quantizer is a
    new argument of the function: one compiled model then shows what any choice of quantizers does to its results. The uses of one
    value are apart, since a choice may leave some of their ops float. Uses that a contraction makes, and that an edge transform
    could change, have two more arguments: a scale and a shift for each channel. Weights and other constants stay as they are.

    Constraints: those of quern-insert-quantization.

    ```mlir
    // before
    func.func @main(%x: tensor<1x8xf32> {quern.range = #quern.range<-1.0, 1.0>}) -> tensor<1x4xf32> {
      %w = onnx.Constant() ...
      %0 = onnx.MatMul(%x, %w) {quern.precision = ...} : ...
    // after
    func.func @main(%x: tensor<1x8xf32>, %q: tensor<4xf32>, %scale: tensor<8xf32>, %shift: tensor<8xf32>) -> tensor<1x4xf32> {
      %1 = quern.simulate_quantize %x by %q channels(%scale, %shift : tensor<8xf32>, tensor<8xf32>) {axis = 1 : i64} : ...
      %0 = onnx.MatMul(%1, %w) : ...
    ```
  }];
  let dependentDialects = ["::quern::QuernDialect"];
}
