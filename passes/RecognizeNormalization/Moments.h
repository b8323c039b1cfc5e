// The root mean square by which a normalization divides.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/MatchedGroup/MatchedGroup.h"

#include <optional>

namespace quern {

/// r = sqrt(mean(d^2) + epsilon), where d = x - mean(x) or d = x.
struct Moments {
  mlir::Value root; ///< r, or 1 / r
  int rootPower;    ///< 1 or -1
  mlir::Value x;    ///< what is normalized
  mlir::Value d;    ///< x, or its difference to the mean
  mlir::Value mean; ///< null if d is x
  int64_t axis;     ///< means are over this axis and all behind it
  double epsilon;
  MatchedGroup group; ///< the ops from x to r
};

/// True if `value` is mean(x), perhaps computed once more: exporters do.
bool isMean(mlir::Value value, const Moments &moments);

/// The power of its operand's root that the op takes: 1 for Sqrt and Pow 0.5, -1 for Pow -0.5.
std::optional<int> rootPower(mlir::Operation *op);

/// The moments that `op` ends, if it is an r.
std::optional<Moments> matchMoments(mlir::Operation *op);

} // namespace quern
