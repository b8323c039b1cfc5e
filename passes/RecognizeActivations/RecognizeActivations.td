// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def RecognizeActivations : Pass<"quern-recognize-activations", "mlir::func::FuncOp"> {
  let summary = "Gelu and Swish from the arithmetic that exporters write for them";
  let description = [{
    For each E = f(u) with f one of Erf, Tanh, Sigmoid, the ops around it are written out as polynomials in x and E with
    constant coefficients (Polynomial.h). The group is an activation if

    | f | u(x) | y(x, E) | becomes |
    |---|---|---|---|
    | Erf | x / sqrt(2) | x / 2 + x E / 2 | Gelu |
    | Tanh | sqrt(2 / pi) (x + 0.044715 x^3) | x / 2 + x E / 2 | Gelu, approximate = tanh |
    | Sigmoid | a x | x E | Swish, alpha = a |

    up to 1e-6 of each coefficient. Two polynomials with equal coefficients are the same function, so the order and the
    association in which an exporter multiplies do not matter, and nothing else is taken for an activation: this is the
    proof of equivalence, up to rounding.

    Constraints (else the ops stay):
    - (C1) nothing outside the group reads what lies between x and y
    - (C2) coefficients are constants of one element: a vector of slopes is no attribute
    - (C3) x and y are of one type: no operand broadcasts x

    The new op has y's name and location.

    ```mlir
    // before
    %s = onnx.Sigmoid(%x) : (tensor<2x4xf32>) -> tensor<2x4xf32>
    %y = onnx.Mul(%x, %s) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
    // after
    %y = onnx.Swish(%x) : (tensor<2x4xf32>) -> tensor<2x4xf32>
    ```
  }];
  let dependentDialects = ["::quern::onnx::ONNXDialect"];
}
