// Ops that do nothing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/ControlFlow.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/OpHooks.h"

using namespace mlir;

namespace quern::onnx {

/// Outside of training Dropout is the identity; its mask is all true, and goes only where nobody reads it.
static LogicalResult removeDropout(DropoutOp op, PatternRewriter &rewriter) {
  bool absent = !detail::isPresent(op.getTrainingMode());
  if (!absent && getConstantScalar(op.getTrainingMode()) != 0.0)
    return rewriter.notifyMatchFailure(op, "expected training_mode to be absent or false");
  if (!op.getMask().use_empty())
    return rewriter.notifyMatchFailure(op, "expected no use of the mask");
  if (op.getData().getType() != op.getOutput().getType())
    return rewriter.notifyMatchFailure(op, "expected operand and result of one type");
  rewriter.replaceAllUsesWith(op.getOutput(), op.getData());
  rewriter.eraseOp(op);
  return success();
}

/// If with a constant condition is the body of one branch.
static LogicalResult inlineDecidedBranch(IfOp op, PatternRewriter &rewriter) {
  std::optional<double> condition = getConstantScalar(op.getCond());
  if (!condition)
    return rewriter.notifyMatchFailure(op, "expected a constant condition");
  Region &taken = *condition != 0.0 ? op.getThenBranch() : op.getElseBranch();
  Operation *yield = taken.front().getTerminator();
  if (yield->getOperandTypes() != op->getResultTypes())
    return rewriter.notifyMatchFailure(op, "expected the branch to yield values of the result types");
  SmallVector<Value> results(yield->getOperands());
  rewriter.eraseOp(yield);
  rewriter.inlineBlockBefore(&taken.front(), op);
  rewriter.replaceOp(op, results);
  return success();
}

void DropoutOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *) {
  patterns.add(removeDropout);
}
void IfOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *) {
  patterns.add(inlineDecidedBranch);
}

} // namespace quern::onnx
