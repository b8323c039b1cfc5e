// Ops on codes whose operands and results have scales of their own: sums, products, means, softmax.
// Included by QuernOps.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef QUERN_QLINEAR_OPS
#define QUERN_QLINEAR_OPS

def Quern_QLinearAddOp : Quern_Op<"qlinear_add", [Pure, Quern_QuantizedResultInterface]> {
  let summary = "Sum of two tensors of codes";
  let description = [{
    ```
    q = clamp(rhe(f32(a - za) * ma + f32(b - zb) * mb) + zero_point, min, max)
    ```

    with `ma = f32(sa / so)`, `mb = f32(sb / so)`; each product and the sum
    round once. Operands broadcast as ONNX's do. Constraints: (C1) the operands'
    shapes broadcast to the result's; (C2) multipliers are finite and positive;
    (C3) the operands' zero points are codes of their types.

    Example:
    ```mlir
    %q = quern.qlinear_add %a, %b {a_zero_point = 1 : i64, b_zero_point = 2 : i64, a_multiplier = 0.5 : f32,
        b_multiplier = 0.25 : f32, zero_point = 0 : i64, min = 0 : i64, max = 255 : i64}
        : (tensor<4xui8>, tensor<1xui8>) -> tensor<4xui8>
    ```
  }];
  let arguments = (ins Quern_CodeTensor:$a, Quern_CodeTensor:$b, Quern_CodeAttr:$a_zero_point, Quern_CodeAttr:$b_zero_point,
                       F32Attr:$a_multiplier, F32Attr:$b_multiplier,
                       Quern_CodeAttr:$zero_point, Quern_CodeAttr:$min, Quern_CodeAttr:$max);
  let results = (outs Quern_CodeTensor:$result);
  let assemblyFormat = "$a `,` $b attr-dict `:` functional-type(operands, results)";
}

def Quern_QLinearMulOp : Quern_Op<"qlinear_mul", [Pure, Quern_QuantizedResultInterface]> {
  let summary = "Product of two tensors of codes";
  let description = [{
    ```
    q = clamp(rhe(f32((a - za) * (b - zb)) * multiplier) + zero_point, min, max)
    ```

    with `multiplier = f32(f32(sa * sb) / so)`; the integer product is exact in
    f32, the other rounds once. Operands broadcast as ONNX's do. Constraints:
    (C1) the operands' shapes broadcast to the result's; (C2) the multiplier is
    finite and positive; (C3) the operands' zero points are codes of their
    types.

    Example:
    ```mlir
    %q = quern.qlinear_mul %a, %b {a_zero_point = 1 : i64, b_zero_point = 2 : i64, multiplier = 0.5 : f32,
        zero_point = 0 : i64, min = 0 : i64, max = 255 : i64} : (tensor<4xui8>, tensor<1xui8>) -> tensor<4xui8>
    ```
  }];
  let arguments = (ins Quern_CodeTensor:$a, Quern_CodeTensor:$b, Quern_CodeAttr:$a_zero_point, Quern_CodeAttr:$b_zero_point,
                       F32Attr:$multiplier, Quern_CodeAttr:$zero_point, Quern_CodeAttr:$min, Quern_CodeAttr:$max);
  let results = (outs Quern_CodeTensor:$result);
  let assemblyFormat = "$a `,` $b attr-dict `:` functional-type(operands, results)";
}

def Quern_QLinearAveragePoolOp : Quern_Op<"qlinear_average_pool", [Pure, Quern_QuantizedResultInterface]> {
  let summary = "Mean of codes in a window";
  let description = [{
    ```
    q = clamp(rhe(f32(sum(a - za)) * f32(multiplier / f32(count))) + zero_point, min, max)
    ```

    with `multiplier = f32(sa / so)` and the sum over the taps of the window that
    lie inside the input. `count` is the number of those taps, or with
    `count_include_pad` of the taps inside the padded input. The operand is
    [N, C, spatial...]; `pads` are the begins, then the ends, of the spatial
    dimensions. Constraints: (C1) kernel, strides and dilations have one positive
    value per spatial dimension, pads two that are not negative; (C2) each
    spatial size of the result is the one of ONNX's formula, rounded down or up;
    (C3) the multiplier is finite and positive; (C4) the input's zero point is a
    code of its type; (C5) the sum fits i32.

    Example:
    ```mlir
    %q = quern.qlinear_average_pool %a {kernel_shape = array<i64: 2>, strides = array<i64: 2>, pads = array<i64: 0, 0>,
        dilations = array<i64: 1>, count_include_pad = false, input_zero_point = 1 : i64, multiplier = 1.0 : f32,
        zero_point = 0 : i64, min = 0 : i64, max = 255 : i64} : tensor<1x3x8xui8> -> tensor<1x3x4xui8>
    ```
  }];
  let arguments = (ins Quern_CodeTensor:$input, DenseI64ArrayAttr:$kernel_shape, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$dilations, BoolAttr:$count_include_pad,
                       Quern_CodeAttr:$input_zero_point, F32Attr:$multiplier,
                       Quern_CodeAttr:$zero_point, Quern_CodeAttr:$min, Quern_CodeAttr:$max);
  let results = (outs Quern_CodeTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Quern_QLinearGlobalAveragePoolOp : Quern_Op<"qlinear_global_average_pool", [Pure, Quern_QuantizedResultInterface]> {
  let summary = "Mean of codes over whole dimensions";
  let description = [{
    ```
    q = clamp(rhe(f32(sum(a - za)) * f32(multiplier / f32(count))) + zero_point, min, max)
    ```

    with `multiplier = f32(sa / so)`, the sum over the dimensions `axes`, and
    `count` their number of elements. Constraints: (C1) axes are distinct,
    ascending, and within the rank; (C2) the result has size 1 along them, or
    with `keep_dims = false` lacks them; (C3) the multiplier is finite and
    positive; (C4) the input's zero point is a code of its type; (C5) the sum
    fits i32.

    Example:
    ```mlir
    %q = quern.qlinear_global_average_pool %a {axes = array<i64: 2, 3>, keep_dims = true, input_zero_point = 1 : i64,
        multiplier = 1.0 : f32, zero_point = 0 : i64, min = 0 : i64, max = 255 : i64}
        : tensor<1x3x8x8xui8> -> tensor<1x3x1x1xui8>
    ```
  }];
  let arguments = (ins Quern_CodeTensor:$input, DenseI64ArrayAttr:$axes, BoolAttr:$keep_dims,
                       Quern_CodeAttr:$input_zero_point, F32Attr:$multiplier,
                       Quern_CodeAttr:$zero_point, Quern_CodeAttr:$min, Quern_CodeAttr:$max);
  let results = (outs Quern_CodeTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Quern_QLinearSoftmaxOp : Quern_Op<"qlinear_softmax", [Pure, SameOperandsAndResultShape]> {
  let summary = "Softmax of codes, by table";
  let description = [{
    ```
    e_i = table[q_max - q_i],  q_max the largest code along `axis`
    p_i = f32(e_i) / f32(sum of e along `axis`)
    ```

    with `table[d] = round(2^22 * exp(-d * s))` for the scale `s` of the input,
    made by `computeTable`. The sum is an exact integer of 64 bits; conversion
    and division round once. A result of f32 is `p`; a result of codes is
    `clamp(rhe(p / output_scale) + zero_point, min, max)`. Constraints: (C1) the
    axis lies within the rank; (C2) the table has 256 entries, starts at 2^22,
    never rises and is not negative; (C3) `output_scale`, `zero_point`, `min` and
    `max` are there exactly when the result holds codes, with a finite and
    positive scale; (C4) the element type of the result holds them.

    Example:
    ```mlir
    %p = quern.qlinear_softmax %a {axis = 1 : i64, table = dense<4194304> : tensor<256xi32>}
        : tensor<1x10xui8> -> tensor<1x10xf32>
    ```
  }];
  let arguments = (ins Quern_CodeTensor:$input, Quern_CodeAttr:$axis, ElementsAttr:$table,
                       OptionalAttr<F32Attr>:$output_scale, OptionalAttr<Quern_CodeAttr>:$zero_point,
                       OptionalAttr<Quern_CodeAttr>:$min, OptionalAttr<Quern_CodeAttr>:$max);
  let results = (outs TensorOf<[UI8, I8, F32]>:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let extraClassDeclaration = [{
    /// The table of a softmax whose input has this scale.
    static ::mlir::DenseElementsAttr computeTable(::mlir::MLIRContext *context, float scale);
  }];
}

#endif // QUERN_QLINEAR_OPS
