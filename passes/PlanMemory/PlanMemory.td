// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def PlanMemory : Pass<"quern-plan-memory", "mlir::func::FuncOp"> {
  let summary = "Give every buffer of the entry function an offset in one workspace";
  let description = [{
    Let buffer i have size b_i and be alive over the closed interval [f_i, l_i] of program points. The pass picks
    offsets o_i, multiples of `alignment`, with

        [f_i, l_i] meets [f_j, l_j]  =>  [o_i, o_i + b_i) and [o_j, o_j + b_j) are disjoint

    and a small workspace W = max(o_i + b_i), by greedy best fit, largest first. W is never below
    L = max over points t of the sum of b_i alive at t; both are attributes of the function. Sizes are computed in
    64 bits; a buffer whose size overflows is refused.

    The workspace becomes the last argument of the function, `memref<Wxi8>`, and each `memref.alloc` a `memref.view`
    of it. A buffer allocated in a loop is alive within one iteration only; one that is carried to the next iteration
    gets a second buffer, into which it is copied where the iteration ends. A buffer allocated in a parallel loop
    belongs to one thread, so it becomes stack memory up to `max-stack-bytes`. With `reuse-in-place` an elementwise
    operation whose input dies there may write its result over the input.

    Constraints:
    - (C1) sizes are static
    - (C2) layouts are contiguous
    - (C3) a per-thread buffer fits `max-stack-bytes`

    ```mlir
    // before
    func.func @main(%x: memref<16xf32>, %y: memref<16xf32>) {
      %a = memref.alloc() : memref<16xf32>
      linalg.exp ins(%x : memref<16xf32>) outs(%a : memref<16xf32>)
      linalg.sqrt ins(%a : memref<16xf32>) outs(%y : memref<16xf32>)
      return
    }
    // after
    func.func @main(%x: memref<16xf32>, %y: memref<16xf32>, %workspace: memref<64xi8> {quern.workspace})
        attributes {quern.workspace_bytes = 64 : i64, quern.workspace_lower_bound = 64 : i64} {
      %c0 = arith.constant 0 : index
      %a = memref.view %workspace[%c0][] : memref<64xi8> to memref<16xf32>
      ...
    ```
  }];
  let options = [
    Option<"alignment", "alignment", "int64_t", /*default=*/"64", "Alignment of every buffer in bytes">,
    Option<"maxStackBytes", "max-stack-bytes", "int64_t", /*default=*/"32768",
           "Largest buffer of a parallel loop's body that is placed on the stack">,
    Option<"reuseInPlace", "reuse-in-place", "bool", /*default=*/"true",
           "Let elementwise operations write over an input that dies there">,
    Option<"entry", "entry", "std::string", /*default=*/"\"main\"", "Name of the function to plan">,
  ];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::memref::MemRefDialect"];
}
