//===- OutlineTasks.td - parallel loops become tasks -----------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def OutlineTasks : Pass<"quern-cpu-outline-tasks", "mlir::ModuleOp"> {
  let summary = "outline parallel loops that are worth it into tasks";
  let description = [{
    An outermost scf.parallel of the entry function whose body is estimated to run long enough becomes a private function
    over a range of iterations, called with `quern.parallel`; the entry's ABI hands the range to the caller's threads. The
    outer dimensions of the loop form the range; as few as give every thread several pieces, so that few divisions are
    needed to find the indices again. Iterations write disjoint memory and compute what they compute in any order, so the
    result has the same bits for any number of threads. Shorter loops stay where they are.

    The estimate counts the vector operations of the body times the iterations.

    Before:
    ```mlir
    scf.parallel (%i, %j) = (%c0, %c0) to (%c56, %c4) step (%c1, %c1) { ... %x ... }
    ```
    After:
    ```mlir
    call @main_task_0(%x, %c0, %c56) {quern.parallel} : (memref<...>, index, index) -> ()
    ```
  }];
  let dependentDialects = ["mlir::func::FuncDialect", "mlir::scf::SCFDialect", "mlir::arith::ArithDialect"];
  let options = [
    Option<"entry", "entry", "std::string", "\"main\"", "name of the entry function">,
    Option<"minimumWork", "minimum-work", "int64_t", "20000", "operations from which a loop is worth a fork and a join">,
    Option<"pieces", "pieces", "int64_t", "16", "iterations of the range that suffice to balance threads">];
}
