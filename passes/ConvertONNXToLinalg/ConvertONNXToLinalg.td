// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def ConvertONNXToLinalg : Pass<"quern-convert-onnx-to-linalg", "mlir::ModuleOp"> {
  let summary = "Writes each ONNX op as linalg, tensor and arith ops: the structure form";
  let description = [{
    The structure form is the target-independent meaning of a graph. Compiled without optimizations it is the reference
    backend; a target recognizes its forms and compiles them well.

    - Tensors have static shapes and signless elements: `ui8` becomes `i8`, and bodies extend with `arith.extui`.
    - A contraction is one `linalg.generic` whose `outs` holds the bias. Float sums are taken in the order of indices.
    - Convolution and pooling pad first (`tensor.pad`, with the zero point of integers), then compute without bounds.
    - An elementwise op is one parallel `linalg.generic`; a broadcast operand is read through a map that leaves out its
      broadcast dimensions.
    - NaN propagates where ONNX says so (`Relu`, `Max`, `Min`, `Clip`, `MaxPool`: `arith.maximumf`).
    - A value that indexes a tensor is brought into range before use, and `cf.assert` with the node's name reports one
      that was not.

    Ops that cannot be written so are left, and each is reported with its node's name and what would be accepted.

    ```mlir
    %y = onnx.Add(%x, %c) : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
    // becomes
    %e = tensor.empty() : tensor<2x3xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>,
                                          affine_map<(d0, d1) -> (d0, d1)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%x, %c : tensor<2x3xf32>, tensor<3xf32>) outs(%e : tensor<2x3xf32>) {
    ^bb0(%a: f32, %b: f32, %unused: f32):
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
    } -> tensor<2x3xf32>
    ```
  }];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::cf::ControlFlowDialect", "mlir::linalg::LinalgDialect",
    "mlir::math::MathDialect", "mlir::scf::SCFDialect", "mlir::tensor::TensorDialect"
  ];
}
