// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def PrepareBufferization : Pass<"quern-prepare-bufferization", "mlir::func::FuncOp"> {
  let summary = "State what the bufferization may not assume about a model";
  let description = [{
    Inputs of the model belong to the caller, so each tensor argument is marked as not writable; bufferization then
    copies an input before an operation that would write over it.

    ```mlir
    // before
    func.func @main(%x: tensor<4xf32>) -> tensor<4xf32>
    // after
    func.func @main(%x: tensor<4xf32> {bufferization.writable = false}) -> tensor<4xf32>
    ```
  }];
  let dependentDialects = ["mlir::bufferization::BufferizationDialect"];
}
