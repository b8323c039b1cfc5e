// Moves element-wise consumers of a contraction into its epilogue.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Targets/CPU/IR/QuernCPU.h"

#include "mlir/IR/PatternMatch.h"

namespace quern::cpu {

/// Absorbs the only user of the result of `op`, a contraction or a window, where it is element-wise over the
/// same iteration space, and returns the op that replaces both; fails with the reason where there is no such
/// user.
mlir::FailureOr<mlir::Operation *> fuseEpilogue(mlir::Operation *op, mlir::RewriterBase &rewriter);

} // namespace quern::cpu
