// Activations whose rows have scales of their own, found when the model runs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef QUERN_ROW_OPS
#define QUERN_ROW_OPS

def Quern_RowCodeTensor : TensorOf<[UI8]>;

def Quern_DynamicQuantizeOp : Quern_Op<"dynamic_quantize", [Pure]> {
  let summary = "Rounds each row of real values to codes of a scale of its own";
  let description = [{
    A row is what lies along the last dimension. From the row's own values, each
    operation rounded to f32:

    ```
    lo = max(min(0, x_0, x_1, ...), -2^126),   hi = min(max(0, x_0, x_1, ...), 2^126)
    s  = (hi - lo) / 255, or 1 where that is below 2^-126
    z  = rhe(-lo / s)
    q  = clamp(rhe(x / s) + z, 0, 255)
    ```

    A NaN has no part in `lo` and `hi`, so that they do not depend on the order
    of the values, and gives code 0; infinities saturate. Zero is exact, and
    a row of zeros has scale 1. Results are the codes, and `s` and `z` with a
    last dimension of 1. Constraints: (C1) operand and codes have one shape of
    at least one dimension; (C2) scales and zero points have that shape with 1
    for the last dimension.

    Example:
    ```mlir
    %q, %s, %z = quern.dynamic_quantize %x : tensor<2x4xf32> -> tensor<2x4xui8>, tensor<2x1xf32>, tensor<2x1xui8>
    ```
  }];
  let arguments = (ins Quern_F32Tensor:$input);
  let results = (outs Quern_RowCodeTensor:$codes, Quern_F32Tensor:$scales, Quern_RowCodeTensor:$zero_points);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($codes) `,` type($scales) `,` type($zero_points)";
}

def Quern_DequantizeRowsOp : Quern_Op<"dequantize_rows", [Pure]> {
  let summary = "The real values of codes whose rows have scales of their own";
  let description = [{
    ```
    y = f32(q - z) * s
    ```

    with the scale and the zero point of the element's row; one rounding.
    Constraints: (C1) codes and result have one shape of at least one
    dimension; (C2) scales and zero points have that shape with 1 for the last
    dimension.

    Example:
    ```mlir
    %y = quern.dequantize_rows %q, %s, %z : tensor<2x4xui8>, tensor<2x1xf32>, tensor<2x1xui8> -> tensor<2x4xf32>
    ```
  }];
  let arguments = (ins Quern_RowCodeTensor:$codes, Quern_F32Tensor:$scales, Quern_RowCodeTensor:$zero_points);
  let results = (outs Quern_F32Tensor:$result);
  let assemblyFormat = [{
    $codes `,` $scales `,` $zero_points attr-dict `:` type($codes) `,` type($scales) `,` type($zero_points)
    `->` type($result)
  }];
}

def Quern_DequantizeRowAccumulatorOp : Quern_Op<"dequantize_row_accumulator", [Pure]> {
  let summary = "The real values of accumulators whose rows have scales and zero points of their own";
  let description = [{
    What remains of a product of codes `q` and a matrix of codes `w` (differences
    from their zero points) when `acc = sum over k of q[..., k] * w[k, n]` is
    known:

    ```
    y = f32(acc - z * column_sums[n]) * (s * weight_scales[n]) + bias[n],   column_sums[n] = sum over k of w[k, n]
    ```

    with the scale `s` and the zero point `z` of the row. The difference is that
    of i32, which the producer proves to hold it; the conversion, both products
    and the sum round once each. Without a bias nothing is added. Constraints:
    (C1) accumulator and result have one shape of at least one dimension; (C2)
    scales and zero points have that shape with 1 for the last dimension; (C3)
    there is a column sum for each column, one weight scale or as many, and as
    many biases if any; (C4) weight scales are finite and positive, biases
    finite.

    Example:
    ```mlir
    %y = quern.dequantize_row_accumulator %acc, %s, %z {weight_scales = array<f32: 0.5>, column_sums = array<i32: 7, -3, 2>}
        : tensor<2x3xi32>, tensor<2x1xf32>, tensor<2x1xui8> -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins Quern_I32Tensor:$input, Quern_F32Tensor:$scales, Quern_RowCodeTensor:$zero_points,
                       DenseF32ArrayAttr:$weight_scales, DenseI32ArrayAttr:$column_sums,
                       OptionalAttr<DenseF32ArrayAttr>:$bias);
  let results = (outs Quern_F32Tensor:$result);
  let assemblyFormat = [{
    $input `,` $scales `,` $zero_points attr-dict `:` type($input) `,` type($scales) `,` type($zero_points)
    `->` type($result)
  }];
}

#endif // QUERN_ROW_OPS
