// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def HoistStackBuffers : Pass<"quern-hoist-stack-buffers", "mlir::func::FuncOp"> {
  let summary = "Take stack memory where the function starts, not in its loops";
  let description = [{
    Memory that a loop's body takes from the stack is given back where the function ends, so a long loop would use up
    the stack. A `memref.alloca` of static size moves to the start of its function; its content never lives longer than
    an iteration, which writes it before it reads it.

    ```mlir
    // before
    scf.for %i = %c0 to %n step %c1 {
      %a = memref.alloca() : memref<4xf32>
      ...
    // after
    %a = memref.alloca() : memref<4xf32>
    scf.for %i = %c0 to %n step %c1 {
      ...
    ```
  }];
  let dependentDialects = ["mlir::memref::MemRefDialect"];
}
