// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def FoldConstants : Pass<"quern-fold-constants", "mlir::func::FuncOp"> {
  let summary = "Compute ops on constants, large ones too";
  let description = [{
    What `fold` does for small constants, for constants of any size: each op that can evaluate itself
    (ConstantEvaluationOpInterface) on operands that are all constant is replaced by its result. Another shape of an
    initializer shares its bytes; any other large result becomes a resource of its own. Results that are larger than
    `max-bytes` and than all operands together (Expand, ConstantOfShape) stay ops: they are cheaper to compute than to
    store.

    ```mlir
    // before
    %w = onnx.Constant() {value = dense_resource<w> : tensor<16x4x4x10xf32>} : () -> tensor<16x4x4x10xf32>
    %s = onnx.Constant() {value = dense<[256, 10]> : tensor<2xi64>} : () -> tensor<2xi64>
    %r = onnx.Reshape(%w, %s) : (tensor<16x4x4x10xf32>, tensor<2xi64>) -> tensor<256x10xf32>
    // after
    %r = onnx.Constant() {value = dense_resource<w> : tensor<256x10xf32>} : () -> tensor<256x10xf32>
    ```
  }];
  let options = [
    Option<"maxBytes", "max-bytes", "int64_t", /*default=*/"65536",
           "Largest result that may exceed its operands, in bytes">,
  ];
  let dependentDialects = ["::quern::onnx::ONNXDialect"];
}
