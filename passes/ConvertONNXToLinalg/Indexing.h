// Index arithmetic inside of generics.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/ConvertONNXToLinalg/Lowering.h"

namespace quern::structure {

/// Arithmetic on values of index type with small constants.
class Indices {
public:
  explicit Indices(ImplicitLocOpBuilder &b) : b(b) {}
  Value constant(int64_t number);
  Value add(Value x, int64_t number);
  Value multiply(Value x, int64_t number);
  /// x limited to [0, extent - 1].
  Value clamp(Value x, int64_t extent);
  /// x modulo `period`, from 0.
  Value wrap(Value x, int64_t period);
  /// An i32 or i64 number as an index.
  Value from(Value x);
  /// `x`, counted from the end of `extent` elements if it is negative, then brought into range.
  Value inRange(Value x, int64_t extent);

  ImplicitLocOpBuilder &b;
};

/// Makes the run fail, with the node's name, unless -extent <= x < extent for every element x of `indices`.
void requireIndices(Emitter &b, Value indices, int64_t extent);

/// The same for operand `operand` of the op; if it is constant it is checked now, and refused.
mlir::LogicalResult checkIndices(Emitter &b, unsigned operand, Value indices, int64_t extent);

} // namespace quern::structure
