// The range of a value, from calibration or from how it is computed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/Value.h"

#include <algorithm>
#include <optional>

namespace quern {

/// All values between two finite bounds, both included.
struct RealRange {
  double min, max;

  bool operator==(const RealRange &) const = default;
  RealRange unite(RealRange other) const { return {std::min(min, other.min), std::max(max, other.max)}; }
};

/// The provenance of a range that a search chose, which clips values on purpose.
inline constexpr llvm::StringLiteral kSearchedRange("auto");

/// A search chose the range of the value.
bool hasSearchedRange(mlir::Value value);

/// In this order: the elements of a constant; what a search chose; what the op's definition bounds (Sigmoid,
/// Softmax, ...); calibration
/// (`quern.ranges`, `quern.range`); the union over moved operands, with zero where padding inserts it.
/// Nothing for other values, and for constants that are not finite.
std::optional<RealRange> findRange(mlir::Value value);

} // namespace quern
