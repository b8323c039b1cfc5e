// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def UnrollCopies : Pass<"quern-unroll-copies", "mlir::func::FuncOp"> {
  let summary = "Copy between strided memrefs with loops instead of a run-time library";
  let description = [{
    A copy of which both sides are contiguous is one memcpy. Of any other, upstream makes a call into a support library
    that artefacts do not have; here it becomes a generic operation, and so loops.

    ```mlir
    // before
    memref.copy %a, %b : memref<4x4xf32, strided<[8, 1]>> to memref<4x4xf32>
    // after
    linalg.generic {indexing_maps = [#identity, #identity], iterator_types = ["parallel", "parallel"]}
        ins(%a : memref<4x4xf32, strided<[8, 1]>>) outs(%b : memref<4x4xf32>) { ... }
    ```
  }];
  let dependentDialects = ["mlir::linalg::LinalgDialect"];
}
