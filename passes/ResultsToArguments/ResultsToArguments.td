// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def ResultsToArguments : Pass<"quern-results-to-arguments", "mlir::func::FuncOp"> {
  let summary = "Write what the entry function returns into arguments";
  let description = [{
    Every result of type memref becomes an argument with the attribute `quern.result`, appended in order, that the
    caller passes; it keeps the result's attributes. A result that the
    function allocates, seen through reshapes of the whole buffer, is computed in the argument itself; any other (an
    input, a constant, a result that is returned twice) is copied there.

    Constraints:
    - (C1) every result is a memref of static shape and contiguous layout

    ```mlir
    // before
    func.func @main(%x: memref<16xf32>) -> memref<16xf32> {
      %a = memref.alloc() : memref<16xf32>
      linalg.exp ins(%x : memref<16xf32>) outs(%a : memref<16xf32>)
      return %a : memref<16xf32>
    }
    // after
    func.func @main(%x: memref<16xf32>, %y: memref<16xf32> {quern.result}) {
      linalg.exp ins(%x : memref<16xf32>) outs(%y : memref<16xf32>)
      return
    }
    ```
  }];
  let options = [
    Option<"entry", "entry", "std::string", /*default=*/"\"main\"", "Name of the function to change">,
  ];
  let dependentDialects = ["mlir::memref::MemRefDialect"];
}
