// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def AssignPrecision : Pass<"quern-assign-precision", "mlir::ModuleOp"> {
  let summary = "Decide which ops compute on integers, and with which scheme";
  let description = [{
    Attaches `quern.precision` to each op that is to compute on codes, and `quern.float_reason`, a sentence, to each
    quantizable op that is not. A module that arrived quantized (`quern.prequantized`) is left alone.

    A contraction gets integers where its operands permit it, the ranges of its activations are known, and its i32
    accumulator cannot overflow:

        255 * sum |w codes| + 2^30 (bias) <= 2^31 - 1,   255^2 * terms <= 2^31 - 1 for two activations

    Other ops are worth integers only between integers: each activation comes from an op that has them, and some user
    has them too; an op whose results are smaller than its operands (a mean, a pool, a slice) may have float users. So
    what follows the last contraction stays float, unless `integer-tail` counts the outputs of the model as integers.
    A Mul whose constant evens channels out (`quern.transformed_by`) stays float too, and with it what only it reads: codes
    of one scale before it would lose what it keeps. A movement may also start from any value whose users all have integers.

    Weights only (W2A16 to W8A16): the constant matrices of MatMul and Gemm become codes, everything else stays float.

    Dynamic activations (`activations-mode=dynamic`): MatMul and Gemm with a constant matrix, whose accumulator cannot
    overflow, get `activations = <u8, row, asymmetric>`; they need no ranges. All other ops stay float. With static activations,
    such a product gets them where a method has marked it with `quern.row_scales`; what it reads is no codes then, so ops
    before it need another reason for integers. Softmax before a marked product of two activations makes f32 of codes.

    In the constant matrices of MatMul and Gemm `group-size` consecutive elements along the reduced dimension share a
    scale, -1 or 0 for one scale per channel; a last group may be shorter. Other weights (those of convolutions) have
    one scale per channel whatever the group size, and their provenance says so. `weight-scheme` is by default
    asymmetric below 8 bits, else symmetric.

    Which scheme an op gets is what its recipe says (lib/Recipe): the first rule that matches the op's ONNX node name and
    type, else the default. `recipe` names a file; without one, the other options describe a recipe whose rules are the
    `exclude`d names. A rule that matches no node is an error.

    With `announce`, functions get the default as their `quern.precision`, and ops with weights get theirs only where a rule
    decides: methods, which come before, measure with it.

    ```mlir
    // before
    %1 = onnx.Conv(%0, %w, %b) {...} : (...) -> tensor<1x8x4x4xf32>
    // after
    %1 = onnx.Conv(%0, %w, %b) {quern.precision = #quern.precision<weights = <s8, channel, symmetric>,
        activations = <u8, tensor, asymmetric>, provenance = "uniform W8A8">, ...} : (...) -> tensor<1x8x4x4xf32>
    ```
  }];
  let options = [
    Option<"recipeFile", "recipe", "std::string", /*default=*/"\"\"", "A recipe in YAML or JSON, instead of the other options">,
    Option<"scheme", "scheme", "std::string", /*default=*/"\"W8A8\"", "Bits of weights and activations: W8A8, U8S8, W4A8, W4A16, ...">,
    Option<"activationMode", "activations-mode", "std::string", /*default=*/"\"\"",
           "static, or dynamic: each row has its own scale; by default static">,
    Option<"activations", "activations", "std::string", /*default=*/"\"\"",
           "Signedness of activations, u8 or s8; by default that of the scheme, else u8">,
    Option<"symmetric", "symmetric-activations", "bool", /*default=*/"false",
           "Fix the zero point of activations at the middle of the codes">,
    Option<"perTensor", "per-tensor-weights", "bool", /*default=*/"false", "One scale per weight, not per channel">,
    Option<"groupSize", "group-size", "int64_t", /*default=*/"-1", "Elements of a channel that share a scale; -1: all">,
    Option<"weightScheme", "weight-scheme", "std::string", /*default=*/"\"\"", "symmetric or asymmetric weights">,
    Option<"integerTail", "integer-tail", "bool", /*default=*/"false",
           "Keep integers from the last contraction to the outputs">,
    Option<"announce", "announce", "bool", /*default=*/"false", "Only tell functions the scheme">,
    ListOption<"exclude", "exclude", "std::string", "Regular expressions over names of nodes that stay float">,
  ];
  let dependentDialects = ["::quern::QuernDialect"];
}
