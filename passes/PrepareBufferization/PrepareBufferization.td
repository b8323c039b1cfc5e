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

    A `tensor.empty` that several operations write to (common subexpression elimination makes such) becomes one for
    each: nothing is known of its elements, so nothing is shared, but the analysis would take all the results for
    aliases of each other and grow with the cube of their number. So does a constant tensor, since the analysis would
    look at all its uses for each of them.

    ```mlir
    // before
    %e = tensor.empty() : tensor<4xf32>
    %a = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    %b = linalg.log ins(%a : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    // after
    %e = tensor.empty() : tensor<4xf32>
    %a = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    %f = tensor.empty() : tensor<4xf32>
    %b = linalg.log ins(%a : tensor<4xf32>) outs(%f : tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let dependentDialects = ["mlir::bufferization::BufferizationDialect", "mlir::tensor::TensorDialect"];
}
