// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def ConvertQuernToLinalg : Pass<"quern-convert-quern-to-linalg", "mlir::ModuleOp"> {
  let summary = "Lower the arithmetic on codes to linalg on signless integers";
  let description = [{
    Symbols: `a` a code, `za` its zero point, `s` a scale, `m` a multiplier, `z` the zero point of the result, `lo` and `hi` its
    codes' bounds, `rhe` rounding to the nearest integer with ties to even, `f32()` the conversion of an integer.

    | op | element of the result |
    |----|-----------------------|
    | `quern.quantize` | `rhe(clamp(x / s, lo - z, hi - z)) + z` |
    | `quern.dequantize` | `f32(a - za) * s` |
    | `quern.requantize` | `rhe(clamp(f32(acc) * m, lo - z, hi - z)) + z` |
    | `quern.dequantize_accumulator` | `f32(acc) * s` |
    | `quern.dynamic_quantize` | its row's extremes (of 16 neighbours side by side where they divide the row), then as `quern.quantize` |
    | `quern.dequantize_rows` | `f32(a - za) * s` of the row |
    | `quern.dequantize_row_accumulator` | `f32(acc - za * column_sum) * (s * sw) + bias` |
    | `quern.qlinear_add` | `rhe(clamp(f32(a - za) * ma + f32(b - zb) * mb, lo - z, hi - z)) + z` |
    | `quern.qlinear_mul` | `rhe(clamp(f32((a - za) * (b - zb)) * m, lo - z, hi - z)) + z` |
    | pools | `rhe(clamp(f32(sum(a - za)) * (m / f32(count)), lo - z, hi - z)) + z` |
    | `quern.qlinear_softmax` | `f32(e) / f32(sum e)`, then quantized if the result holds codes |
    | `quern.lut` | `table[a - a_min]` |
    | `quern.edge_transform` | `(x - shift) / scale` |
    | `quern.observe` | `x` |

    Each operation on f32 rounds once; none is fused or reassociated, none has a fast-math flag. The clamp precedes the rounding:
    the bounds are integers, so the result is that of clamping after it, and the conversion to an integer is always defined.
    `lib/Numerics` states the same in C++, and a test compares the two bit for bit.

    Codes of every kind (`ui8`, `i8`, `!quant.uniform<...>`) become signless integers, in operations of this dialect, in casts
    and in function signatures; other ops are left for `--quern-convert-onnx-to-linalg`, joined by casts that cancel out.

    ```mlir
    %q = quern.requantize %acc {multipliers = array<f32: 0.5>, zero_point = 3 : i64, min = 3 : i64, max = 255 : i64}
        : tensor<4xi32> -> tensor<4xui8>
    ```
    becomes
    ```mlir
    %q = linalg.generic ... ins(%acc : tensor<4xi32>) outs(%empty : tensor<4xi8>) {
    ^bb0(%in: i32, %out: i8):
      %0 = arith.sitofp %in : i32 to f32
      %1 = arith.mulf %0, %cst : f32
      %2 = arith.maximumf %1, %lowest : f32
      %3 = arith.minimumf %2, %highest : f32
      %4 = math.roundeven %3 : f32
      %5 = arith.fptosi %4 : f32 to i32
      %6 = arith.addi %5, %zeroPoint : i32
      %7 = arith.trunci %6 : i32 to i8
      linalg.yield %7 : i8
    }
    ```
  }];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::linalg::LinalgDialect", "mlir::math::MathDialect",
                           "mlir::tensor::TensorDialect"];
}
