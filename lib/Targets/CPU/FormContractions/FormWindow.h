// Forms windows: reductions within each channel.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Targets/CPU/IR/QuernCPU.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace quern::cpu {

/// Replaces a reduction whose channels are contiguous by a window with an empty epilogue, or says why it is
/// none.
mlir::FailureOr<mlir::Operation *> formWindow(mlir::linalg::GenericOp op, mlir::RewriterBase &rewriter);

} // namespace quern::cpu
