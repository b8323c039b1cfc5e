// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def InsertObservers : Pass<"quern-insert-observers", "mlir::func::FuncOp"> {
  let summary = "Mark each float activation for calibration";
  let description = [{
    A `quern.observe` with the value's ONNX name follows each f32 tensor of the function's body, its arguments included,
    that depends on an argument. (Constants and what is computed from them alone are weights.) A value without an ONNX
    name is called after its node. The op has no users: it only shows the value.

    - Values inside regions (bodies of If, Loop, Scan) are left out: how often they exist is known only at run time.
    - Private functions are left out; they have been inlined when a model is calibrated.

    ```mlir
    // before
    func.func @main(%x: tensor<1x4xf32> {onnx.name = "x"}) -> tensor<1x4xf32> {
      %y = onnx.Relu(%x) {onnx.value_names = ["y"]} : (tensor<1x4xf32>) -> tensor<1x4xf32>
      return %y : tensor<1x4xf32>
    }
    // after
    func.func @main(%x: tensor<1x4xf32> {onnx.name = "x"}) -> tensor<1x4xf32> {
      %0 = quern.observe %x, "x" : tensor<1x4xf32>
      %y = onnx.Relu(%x) {onnx.value_names = ["y"]} : (tensor<1x4xf32>) -> tensor<1x4xf32>
      %1 = quern.observe %y, "y" : tensor<1x4xf32>
      return %y : tensor<1x4xf32>
    }
    ```
  }];
  let dependentDialects = ["quern::QuernDialect"];
}
