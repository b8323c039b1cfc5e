// Ops that do nothing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/Folding/DecidedBranch.h"
#include "dialects/ONNX/IR/Constants.h"
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

Region *getDecidedBranch(IfOp op) {
  std::optional<double> condition = getConstantScalar(op.getCond());
  if (!condition)
    return nullptr;
  return *condition != 0.0 ? &op.getThenBranch() : &op.getElseBranch();
}

void inlineBranch(IfOp op, Region &branch, RewriterBase &rewriter) {
  Operation *yield = branch.front().getTerminator();
  SmallVector<Value> results(yield->getOperands());
  rewriter.eraseOp(yield);
  rewriter.inlineBlockBefore(&branch.front(), op);
  for (auto [result, value] : llvm::zip_equal(op->getResults(), results))
    rewriter.replaceAllUsesWith(result, value);
  rewriter.eraseOp(op);
}

static LogicalResult inlineDecidedBranch(IfOp op, PatternRewriter &rewriter) {
  Region *taken = getDecidedBranch(op);
  if (!taken)
    return rewriter.notifyMatchFailure(op, "expected a constant condition");
  if (taken->front().getTerminator()->getOperandTypes() != op->getResultTypes())
    return rewriter.notifyMatchFailure(op, "expected the branch to yield values of the result types");
  inlineBranch(op, *taken, rewriter);
  return success();
}

void DropoutOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *) {
  patterns.add(removeDropout);
}
void IfOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *) {
  patterns.add(inlineDecidedBranch);
}

} // namespace quern::onnx
