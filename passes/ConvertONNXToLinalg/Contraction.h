// The scalar kernel that convolutions and matrix products share: accumulator + left * right.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/ConvertONNXToLinalg/Lowering.h"

namespace quern::structure {

/// The zero point of an integer operand of a contraction.
struct ZeroPoint {
  /// One i32 for the whole operand; null if it is 0 or varies.
  Value scalar = {};
  /// A tensor of zero points that are read beside the operand; null if there is one for all.
  Value tensor = {};
};

/// The zero point that operand `i` of the op states: absent and constant zeros mean none, equal constants
/// mean one.
ZeroPoint zeroPointOf(Emitter &b, unsigned i);

/// The left and right operands of a contraction.
struct Contraction {
  Operand left, right;
  bool leftUnsigned = false, rightUnsigned = false;
  Value leftZero = {}, rightZero = {}; ///< i32 scalars, or null
  /// Zero points that vary, as operands of the generic; null values where there are none.
  Operand leftZeros = {}, rightZeros = {};
};

/// `initial` + the sum of (left - leftZero) * (right - rightZero) over the reduction iterators. Integers are
/// extended to i32, halves to the f32 of the accumulator.
Value contract(ImplicitLocOpBuilder &b, const Contraction &operands, Operand initial,
               ArrayRef<mlir::utils::IteratorType> iterators);

/// `sum` + `bias`, where `sum` is a contraction of integers on zeros: the same contraction on the broadcast
/// bias. Null if `sum` is something else.
Value contractOnBias(Emitter &b, Value sum, Value bias);

/// The type in which a contraction over `element` accumulates: f32 for halves, i32 for 8-bit integers, else
/// `element`.
Type accumulatorOf(Type element);

} // namespace quern::structure
