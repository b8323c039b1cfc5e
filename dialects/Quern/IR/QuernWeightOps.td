// Products with weights that stay packed codes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef QUERN_WEIGHT_OPS
#define QUERN_WEIGHT_OPS

def Quern_WeightOnlyMatMulOp : Quern_Op<"weight_only_matmul", [Pure]> {
  let summary = "The product of reals and a matrix of packed codes";
  let description = [{
    A matrix product whose right operand exists as codes only:

    ```
    y[..., n] = sum over k of x[..., k] * (f32(q[k, n] - z[k / group_size, n]) * s[k / group_size, n])
    ```

    summed in the order of k, each operation rounded to f32. `codes` holds
    unsigned codes of `bits` bits, 8 / bits of consecutive k to a byte, the first
    in the lowest bits: [ceil(K * bits / 8), N]. Scales are [groups, N]. Zero
    points are one number, or [groups, N] in `zero_points`. Constraints: (C1)
    `bits` is 2, 4 or 8; (C2) codes, scales and zero points have the shapes that
    K, N and `group_size` give; (C3) groups end with a byte, unless there is
    only one; (C4) the result has the operand's shape with N for K.

    Example:
    ```mlir
    %y = quern.weight_only_matmul %x, %q, %s {bits = 4 : i64, group_size = 32 : i64, zero_point = 8 : i64}
        : tensor<1x64xf32>, tensor<32x16xui8>, tensor<2x16xf32> -> tensor<1x16xf32>
    ```
  }];
  let arguments = (ins Quern_F32Tensor:$input, TensorOf<[UI8]>:$codes, Quern_F32Tensor:$scales,
                       Optional<TensorOf<[UI8]>>:$zero_points, Quern_CodeAttr:$bits, Quern_CodeAttr:$group_size,
                       DefaultValuedAttr<Quern_CodeAttr, "0">:$zero_point);
  let results = (outs Quern_F32Tensor:$result);
  let assemblyFormat = [{
    $input `,` $codes `,` $scales (`,` $zero_points^)? attr-dict `:` type($input) `,` type($codes) `,` type($scales)
    (`,` type($zero_points)^)? `->` type($result)
  }];
}

def Quern_GroupedMatMulOp : Quern_Op<"grouped_matmul", [Pure]> {
  let summary = "The product of codes and a matrix of codes whose groups have scales of their own";
  let description = [{
    The terms k of a matrix product of codes are summed in i32 within groups g
    of `group_size` consecutive ones (the last may be shorter); the sums of the
    groups meet in f32, in order, starting with the bias:

    ```
    acc[g]  = sum over k of group g of (input[..., k] - zero_point) * weights[k, n]
    y_0     = bias[n], or 0
    y_{g+1} = y_g + f32(acc[g]) * scales[g, n]
    ```

    The conversion, the product and the sum of each step round once. `weights`
    are differences from their zero points already. Scales are those of the
    input times those of the weights. The producer proves for each group that
    i32 holds its sum. Constraints: (C1) scales are [ceil(K / group_size), N],
    the bias is [N]; (C2) the result has the input's shape with N for K.

    Example:
    ```mlir
    %y = quern.grouped_matmul %x, %w, %s, %b {group_size = 32 : i64, zero_point = 3 : i64}
        : tensor<1x40xui8>, tensor<40x16xi8>, tensor<2x16xf32>, tensor<16xf32> -> tensor<1x16xf32>
    ```
  }];
  let arguments = (ins Quern_CodeTensor:$input, TensorOf<[I8, I16]>:$weights, Quern_F32Tensor:$scales,
                       Optional<Quern_F32Tensor>:$bias, Quern_CodeAttr:$group_size,
                       DefaultValuedAttr<Quern_CodeAttr, "0">:$zero_point);
  let results = (outs Quern_F32Tensor:$result);
  let assemblyFormat = [{
    $input `,` $weights `,` $scales (`,` $bias^)? attr-dict `:` type($input) `,` type($weights) `,` type($scales)
    (`,` type($bias)^)? `->` type($result)
  }];
}

#endif // QUERN_WEIGHT_OPS
