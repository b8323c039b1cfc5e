// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def ProfileNodes : Pass<"quern-profile-nodes", "mlir::ModuleOp"> {
  let summary = "Count the time that each ONNX node takes";
  let description = [{
    The operations of @main that read or write memory are taken in their order, neighbours of one location together. The
    pass reads a clock before the first and after each group, and stores the difference in an array of i64, one element
    for each location: an argument of @main with the attribute `quern.counters`, which quern-convert-entry-abi places in
    the workspace. A location that several groups share has their sum. The module's `quern.profile` names the locations:
    the ONNX nodes that an operation computes, joined by " + ".

    All time between entering and leaving @main's work is counted, so that the shares of the counters are those of the
    run. A call with `quern.parallel` counts until its last thread is done.

    ```mlir
    // before
    func.func @main(%x: memref<4xf32>, %y: memref<4xf32> {quern.result}) {
      call @nest(%x, %y) : (memref<4xf32>, memref<4xf32>) -> () loc("relu_1")
      return
    }
    // after
    module attributes {quern.profile = ["relu_1"]} {
    func.func @main(%x: memref<4xf32>, %y: memref<4xf32> {quern.result}, %counters: memref<1xi64> {quern.counters}) {
      %begin = llvm.call_intrinsic "llvm.readcyclecounter"() : () -> i64
      call @nest(%x, %y) : (memref<4xf32>, memref<4xf32>) -> ()
      %end = llvm.call_intrinsic "llvm.readcyclecounter"() : () -> i64
      %time = arith.subi %end, %begin : i64
      memref.store %time, %counters[%c0] : memref<1xi64>
      return
    }
    ```
  }];
  let options = [
    Option<"entry", "entry", "std::string", /*default=*/"\"main\"", "Name of the entry function">,
    Option<"clock", "clock", "std::string", /*default=*/"\"llvm.readcyclecounter\"",
           "LLVM intrinsic that returns the time as i64, in any unit">,
  ];
  let dependentDialects = ["mlir::LLVM::LLVMDialect", "mlir::arith::ArithDialect", "mlir::memref::MemRefDialect"];
}
