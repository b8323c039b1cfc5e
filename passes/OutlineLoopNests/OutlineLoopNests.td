// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def OutlineLoopNests : Pass<"quern-outline-loop-nests", "mlir::ModuleOp"> {
  let summary = "Give each loop nest of the entry function a function of its own";
  let description = [{
    LLVM looks at what precedes a loop to reason about it, so its time grows with the square of the number of nests in
    a function. Each outermost loop of @main that yields nothing moves to a private function that is never inlined;
    what it uses becomes its arguments, constants and globals are repeated in it.

    A nest stays where it is if it holds an assertion, whose outcome @main returns, or a call with `quern.parallel`,
    which @main makes.

    ```mlir
    // before
    func.func @main(%x: memref<4xf32>) {
      scf.for %i = %c0 to %c4 step %c1 { ... %x ... }
      return
    }
    // after
    func.func private @nest_0(%x: memref<4xf32>) attributes {passthrough = ["noinline"]} {
      scf.for %i = %c0 to %c4 step %c1 { ... %x ... }
      return
    }
    func.func @main(%x: memref<4xf32>) {
      call @nest_0(%x) : (memref<4xf32>) -> ()
      return
    }
    ```
  }];
  let options = [
    Option<"entry", "entry", "std::string", /*default=*/"\"main\"", "Name of the entry function">,
  ];
}
