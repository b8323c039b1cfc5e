// Recognizes sums of products among linalg.generic ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Targets/CPU/IR/QuernCPU.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace quern::cpu {

/// One factor of the product: an operand, extended from `isSigned` storage, less a zero point.
struct Factor {
  mlir::Value value;
  mlir::AffineMap map;
  bool isSigned = true;
  int64_t zeroPoint = 0;
};

/// out[i] = initial[i] + sum_r lhs[i, r] * rhs[i, r], loops permuted to (parallel in the order of out,
/// reductions from the outermost to the innermost in the order of lhs).
struct ContractionMatch {
  Factor lhs, rhs;
  mlir::Value initial;
  mlir::AffineMap initialMap;
  mlir::Type accumulator;
  llvm::SmallVector<int64_t> loopSizes;
  unsigned parallelCount = 0;
  /// How many innermost reductions walk lhs without a gap, from stride one on.
  unsigned run = 0;

  unsigned reductionCount() const { return loopSizes.size() - parallelCount; }
};

/// Follows fills and broadcasts from a destination back to the value they copy; `map`, the subscripts of the
/// destination, becomes the subscripts of that value. A scalar is copied where there is a fill.
void peelBroadcasts(mlir::Value &value, mlir::AffineMap &map);

/// Says what kind of contraction `op` is, or why it is none.
mlir::FailureOr<ContractionMatch> matchContraction(mlir::linalg::GenericOp op, mlir::RewriterBase &rewriter);

} // namespace quern::cpu
