//===- PadInPlace.td - producers write into padded buffers ------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def PadInPlace : Pass<"quern-cpu-pad-in-place", "mlir::func::FuncOp"> {
  let summary = "let the producer of a padded value write into the middle of the padded buffer";
  let description = [{
    A constant tensor.pad becomes a destination whose border is filled, side by side, and whose middle receives the source:
    written there by the op that makes it, where that op overwrites a destination of its own, else copied. Other readers
    of the source then read the middle of the padded value.

    Before:
    ```mlir
    %0 = linalg.generic ... outs(%e : tensor<1x4x4x8xf32>)
    %1 = tensor.pad %0 low[0, 1, 1, 0] high[0, 1, 1, 0] {... %c0}
    ```
    After:
    ```mlir
    %e = tensor.empty() : tensor<1x6x6x8xf32>
    %b = (linalg.fill of the four sides of %e)
    %m = tensor.extract_slice %b[0, 1, 1, 0] [1, 4, 4, 8] [1, 1, 1, 1]
    %0 = linalg.generic ... outs(%m : tensor<1x4x4x8xf32>)
    %1 = tensor.insert_slice %0 into %b[0, 1, 1, 0] [1, 4, 4, 8] [1, 1, 1, 1]
    ```
  }];
  let dependentDialects = ["mlir::linalg::LinalgDialect", "mlir::tensor::TensorDialect"];
}
