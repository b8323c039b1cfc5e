// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
include "mlir/Pass/PassBase.td"

def ExpandMath : Pass<"quern-expand-math"> {
  let summary = "Writes functions of single precision as arithmetic, so that no mathematics library is needed";
  let description = [{
    Greatest relative errors, measured over the functions' ranges: exp, expm1, log, log1p, erf, tanh, sin, cos, tan, asin,
    acos, sinh, cosh, asinh, acosh, atanh 5e-7; atan 5e-6; pow 6e-8 * |y log(x)| + 3e-7; the remainder is exact. Special
    values are those of C.

    Arguments of sine and cosine are reduced in double precision: x - k * pi/2 would lose all digits in single precision
    where x is large. Half precision is computed in single precision. Double precision is left as it is.

    By default a fused multiply-add is split, so that all machines compute the same; `keep-fma` keeps it for a target
    that has the instruction.

    ```mlir
    %y = math.cosh %x : f32
    // becomes
    %a = math.absf %x : f32
    %e = ... exp(%a) ...
    %r = arith.divf %one, %e : f32
    %s = arith.addf %e, %r : f32
    %y = arith.mulf %s, %half : f32
    ```
  }];
  let dependentDialects = ["mlir::arith::ArithDialect", "mlir::math::MathDialect", "mlir::vector::VectorDialect"];
  let options = [
    Option<"keepFMA", "keep-fma", "bool", "false", "Leave math.fma: the target has the instruction">
  ];
}
