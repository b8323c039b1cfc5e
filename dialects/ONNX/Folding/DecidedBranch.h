// onnx.If whose condition is constant.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include "dialects/ONNX/IR/ControlFlow.h"

#include "mlir/IR/PatternMatch.h"

namespace quern::onnx {

/// The branch that is taken whatever the inputs are; null if that depends on them.
mlir::Region *getDecidedBranch(IfOp op);

/// Puts the ops of the branch in place of the op. What the branch yields may be typed more precisely than the
/// op's results.
void inlineBranch(IfOp op, mlir::Region &branch, mlir::RewriterBase &rewriter);

} // namespace quern::onnx
