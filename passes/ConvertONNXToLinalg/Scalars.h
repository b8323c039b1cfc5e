// Arithmetic on scalars of any number type, for the bodies of generics.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quern::structure {

/// Emits arithmetic for floats (IEEE, one rounding per operation), signed or unsigned integers (wrapping).
/// i1 counts as unsigned.
class Scalars {
public:
  using Value = mlir::Value;

  Scalars(mlir::ImplicitLocOpBuilder &b, bool isUnsigned) : b(b), isUnsigned(isUnsigned) {}

  Value constant(mlir::Type type, double number);

  Value add(Value x, Value y);
  Value subtract(Value x, Value y);
  Value multiply(Value x, Value y);
  /// Integers truncate towards zero; dividing an integer by zero gives 0, the least integer by -1 itself.
  Value divide(Value x, Value y);
  /// The remainder of `divide`, with the sign of `x` (C's fmod and %).
  Value remainder(Value x, Value y);
  /// The remainder with the sign of `y` (Python's %).
  Value floorRemainder(Value x, Value y);
  /// NaN if either is NaN.
  Value maximum(Value x, Value y);
  Value minimum(Value x, Value y);
  Value negate(Value x);
  Value absolute(Value x);
  /// -1, 0 or 1; NaN stays.
  Value sign(Value x);
  /// x clamped to [low, high]; NaN stays.
  Value clamp(Value x, Value low, Value high) { return minimum(maximum(x, low), high); }

  /// i1 results; comparisons with NaN are false, except notEqual.
  Value equal(Value x, Value y);
  Value less(Value x, Value y);
  Value lessOrEqual(Value x, Value y);
  Value isNaN(Value x);
  Value select(Value condition, Value x, Value y);

  Value exponential(Value x) { return mlir::math::ExpOp::create(b, x); }
  /// 1 / (1 + exp(-x)), accurate also where exp(-x) overflows: then it is 0.
  Value logistic(Value x);

  /// `x` as an element of `type`: floats to integers truncate towards zero and saturate (NaN gives 0),
  /// integers wrap, i1 is `x != 0`. `toUnsigned` states the signedness of `type`.
  Value convert(Value x, mlir::Type type, bool toUnsigned);

  mlir::ImplicitLocOpBuilder &b;
  const bool isUnsigned;
};

} // namespace quern::structure
