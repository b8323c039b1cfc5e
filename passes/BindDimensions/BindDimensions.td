// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def BindDimensions : Pass<"quern-bind-dimensions", "mlir::ModuleOp"> {
  let summary = "Give symbolic dimensions of the arguments a size";
  let description = [{
    The argument attribute `onnx.dims` names the symbolic dimensions of an argument. Each dimension whose name is bound
    gets its size, in every argument. The types of the ops follow by quern-infer-shapes.

    Constraints:
    - (C1) a binding is NAME=SIZE with a positive size, and one per name
    - (C2) each bound name is one of an argument's
    - (C3) with `require-static`, every dimension of every argument has a size at last

    ```mlir
    // before, with dimensions=batch=1
    func.func @main(%x: tensor<?x3xf32> {onnx.dims = ["batch", ""]}) -> tensor<?x3xf32>
    // after
    func.func @main(%x: tensor<1x3xf32> {onnx.dims = ["", ""]}) -> tensor<?x3xf32>
    ```
  }];
  let options = [
    ListOption<"dimensions", "dimensions", "std::string", "Bindings NAME=SIZE of symbolic dimensions">,
    Option<"requireStatic", "require-static", "bool", /*default=*/"false",
           "Refuse arguments that still have a symbolic dimension">,
  ];
}
