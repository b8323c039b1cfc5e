// The two ops that ONNX's schemas do not have: absence of a value, and the end of a subgraph.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "dialects/ONNX/IR/ONNXBase.td"

def ONNX_NoValueOp : ONNX_Op<"NoValue", [Pure, ConstantLike]> {
  let summary = "Stands for an optional operand that is absent.";
  let description = [{
    Every op has all operands of its schema; where the model gives none, the operand is this op's result.

    ```mlir
    %none = onnx.NoValue() : () -> none
    ```
  }];
  let results = (outs NoneType:$none);
  let hasFolder = 1;
}

def ONNX_YieldOp : ONNX_Op<"Yield", [Pure, ReturnLike, Terminator]> {
  let summary = "Ends the body of `onnx.If`, `onnx.Loop`, `onnx.Scan` and `onnx.SequenceMap` with its outputs.";
  let description = [{
    ```mlir
    onnx.Yield(%0, %1) : (tensor<i1>, tensor<2xf32>) -> ()
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$outputs);
}
