// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def InferShapes : Pass<"quern-infer-shapes", "mlir::ModuleOp"> {
  let summary = "Refine result types by what operands, attributes and constants say";
  let description = [{
    Each op is asked for its result types (ShapeInferenceOpInterface) in the order of the program, bodies before the op
    that holds them. A dimension is known afterwards if the op or its declared type knew it. Shape arithmetic folds on
    the way, so that the next op sees a constant, and an onnx.If whose condition is constant gives way to its branch. Ops of other dialects that declare one shape for operands and results
    follow their operands; an op without inference keeps its declared types. At last each function that nobody calls
    returns what its ops return.

    Types flow forward only, so one walk reaches the fixpoint. Everything that does not fit is reported, not only the
    first.

    Constraints:
    - (C1) declared and inferred types agree
    - (C2) a tensor of known shape has at most 2^48 elements

    ```mlir
    // before
    func.func @main(%x: tensor<1x3x8x8xf32>) -> tensor<?x?xf32> {
      %y = onnx.Flatten(%x) : (tensor<1x3x8x8xf32>) -> tensor<?x?xf32>
      return %y : tensor<?x?xf32>
    }
    // after
    func.func @main(%x: tensor<1x3x8x8xf32>) -> tensor<1x192xf32> {
      %y = onnx.Flatten(%x) : (tensor<1x3x8x8xf32>) -> tensor<1x192xf32>
      return %y : tensor<1x192xf32>
    }
    ```
  }];
  let dependentDialects = ["::quern::onnx::ONNXDialect"];
}
