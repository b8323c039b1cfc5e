// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def ReturnObserved : Pass<"quern-return-observed", "mlir::func::FuncOp"> {
  let summary = "Let a function return the values that it observes, and nothing else";
  let description = [{
    This makes a model that calibration can run on any target: its outputs are the observed values, in the order of their
    `quern.observe`, each named (`onnx.name`) as it is observed. What only served the former results is left to dead code
    elimination. A function that observes nothing is left as it is.

    Constraint: (C1) every `quern.observe` is in the body of the function itself, not in a region of an op.

    ```mlir
    // before
    func.func @main(%x: tensor<1x4xf32>) -> (tensor<1x4xi64> {onnx.name = "z"}) {
      %y = onnx.Relu(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
      %0 = quern.observe %y, "y" : tensor<1x4xf32>
      %z = onnx.Cast(%y) {saturate = 1 : i64, to = 7 : i64} : (tensor<1x4xf32>) -> tensor<1x4xi64>
      return %z : tensor<1x4xi64>
    }
    // after
    func.func @main(%x: tensor<1x4xf32>) -> (tensor<1x4xf32> {onnx.name = "y"}) {
      %y = onnx.Relu(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
      %z = onnx.Cast(%y) {saturate = 1 : i64, to = 7 : i64} : (tensor<1x4xf32>) -> tensor<1x4xi64>
      return %y : tensor<1x4xf32>
    }
    ```
  }];
  let dependentDialects = ["quern::QuernDialect"];
}
