// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def ExpandNewOperators : Pass<"quern-expand-new-operators", "mlir::func::FuncOp"> {
  let summary = "Write operators that are newer than opset 21 in the words of older ones";
  let description = [{
    A model that is exported for another runtime should ask for no newer opset than it must. With RMS over the last axes,

    | operator | since opset | becomes |
    |---|---|---|
    | RMSNormalization | 23 | x / sqrt(mean(x x) + epsilon) * scale |
    | Swish | 24 | x * sigmoid(alpha x) |

    These are the operators' own definitions (ONNX gives both as functions). The last op has the name of the expanded one;
    the others are called by its name and theirs.

    Constraints (else the op stays, and the model states its opset):
    - (C1) the type is f32 of known rank

    ```mlir
    // before
    %y = onnx.Swish(%x) : (tensor<2x4xf32>) -> tensor<2x4xf32>
    // after
    %0 = onnx.Sigmoid(%x) : (tensor<2x4xf32>) -> tensor<2x4xf32>
    %y = onnx.Mul(%x, %0) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
    ```
  }];
  let dependentDialects = ["::quern::onnx::ONNXDialect"];
}
