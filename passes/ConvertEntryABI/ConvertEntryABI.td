// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def ConvertEntryABI : Pass<"quern-convert-entry-abi", "mlir::ModuleOp"> {
  let summary = "Give the entry function and its tasks the C interface of include/quern/Model.h";
  let description = [{
    `@main(inputs..., results..., workspace)` on memrefs becomes

        @quern_entry(%inputs: !llvm.ptr, %outputs: !llvm.ptr, %workspace: !llvm.ptr, %parallel: !llvm.ptr) -> i32

    where `%inputs` and `%outputs` are arrays of data pointers. Arguments with the attribute `quern.result` are outputs,
    the one with `quern.workspace` is the workspace. One with `quern.counters`, behind it, is memory of the workspace too:
    the module's `quern.counters_offset` says where.

    A task is a private function `(captures..., begin: index, end: index)` without results that @main calls with the
    attribute `quern.parallel`. It becomes `(%argument: !llvm.ptr, %begin: i64, %end: i64)`, with the captures in a
    structure on @main's stack; the call hands [begin, end) to `%parallel`, or calls the task where that is null. It is
    never inlined: the entry function stays small.

    `cf.assert %ok, "text"` stores a code in the workspace where it fails, and goes on; @quern_entry returns the code of
    one assertion that failed, 0 if none did. The module's `quern.errors` lists the texts: code n is text n - 1.
    The module's `quern.workspace_bytes` is the size of the workspace, this cell included.

    Constraints:
    - (C1) captures and arguments are memrefs with static shape, strides and offset; captures may be scalars too
    - (C2) a parallel range starts at 0
    - (C3) a task is called with `quern.parallel` only, and from @main
    - (C4) assertions stand in @main and in tasks

    ```mlir
    // before
    func.func private @task(%y: memref<16xf32>, %begin: index, %end: index) { ... }
    func.func @main(%y: memref<16xf32> {quern.result}) {
      %c0 = arith.constant 0 : index
      %c16 = arith.constant 16 : index
      call @task(%y, %c0, %c16) {quern.parallel} : (memref<16xf32>, index, index) -> ()
      return
    }
    // after
    func.func private @task(%argument: !llvm.ptr, %begin: i64, %end: i64) { ... }
    func.func @quern_entry(%inputs: !llvm.ptr, %outputs: !llvm.ptr, %workspace: !llvm.ptr, %parallel: !llvm.ptr) -> i32 {
      %y = llvm.load %outputs
      %captures = llvm.alloca ...
      ...
    ```
  }];
  let options = [
    Option<"entry", "entry", "std::string", /*default=*/"\"main\"", "Name of the entry function">,
  ];
  let dependentDialects = ["mlir::LLVM::LLVMDialect", "mlir::arith::ArithDialect", "mlir::scf::SCFDialect",
                           "mlir::memref::MemRefDialect"];
}
