// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernOps.h"
#include "passes/Integerize/CodeFunction.h"
#include "passes/Integerize/Patterns.h"
#include "passes/Integerize/Softmax.h"

using namespace mlir;

namespace quern {
namespace {

/// relu(dequantize_accumulator(acc)) -> dequantize_accumulator(relu(acc)): exact, because scales are
/// positive.
struct ReluOfAccumulator : OpRewritePattern<onnx::ReluOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::ReluOp op, PatternRewriter &rewriter) const override {
    auto real = op.getX().getDefiningOp<DequantizeAccumulatorOp>();
    if (!real || !real->hasOneUse())
      return rewriter.notifyMatchFailure(op, "expected an accumulator that nothing else reads");
    auto relu = onnx::ReluOp::create(rewriter, op.getLoc(), real.getInput().getType(), real.getInput());
    auto dequantized = DequantizeAccumulatorOp::create(rewriter, op.getLoc(), op.getType(), relu,
                                                       real.getScalesAttr(), real.getAxisAttr());
    onnx::copyValueNames(op, dequantized);
    rewriter.replaceOp(op, dequantized);
    return success();
  }
};

/// f(dequantize(q)) -> lut(q) with a table of reals, for the last op of the function.
struct TabulateReals : RewritePattern {
  explicit TabulateReals(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isa_and_present<onnx::ONNXDialect>(op->getDialect()) || op->getNumResults() != 1)
      return rewriter.notifyMatchFailure(op, "expected an ONNX op of one result");
    auto type = dyn_cast<TensorType>(op->getResult(0).getType());
    if (!type || !type.getElementType().isF32() || op->hasTrait<OpTrait::ConstantLike>())
      return rewriter.notifyMatchFailure(op, "expected a result of f32 that is not constant");
    Refusal refusal;
    FailureOr<CodeFunction> function = planFunction(op->getResult(0), refusal);
    if (failed(function))
      return rewriter.notifyMatchFailure(op, refusal.reason);
    bool isLast = llvm::none_of(op->getUsers(), [](Operation *user) {
      Refusal unused;
      return user->getNumResults() == 1 && succeeded(planFunction(user->getResult(0), unused));
    });
    if (!isLast)
      return rewriter.notifyMatchFailure(op, "expected the last op of the function");
    Value codes = castToStorage(rewriter, op->getLoc(), function->argument.codes);
    auto lut = LutOp::create(rewriter, op->getLoc(), type, codes, makeRealTable(*function));
    onnx::copyValueNames(op, lut);
    rewriter.replaceOp(op, lut);
    return success();
  }
};

/// softmax(dequantize(q)) -> qlinear_softmax(q) of reals.
struct SoftmaxOfCodes : OpRewritePattern<onnx::SoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(onnx::SoftmaxOp op, PatternRewriter &rewriter) const override {
    Refusal refusal;
    FailureOr<SoftmaxPlan> plan = planSoftmax(op, refusal);
    if (failed(plan))
      return rewriter.notifyMatchFailure(op, refusal.reason);
    Value softmax = createSoftmax(rewriter, op, *plan, nullptr);
    onnx::copyValueNames(op, softmax.getDefiningOp());
    rewriter.replaceOp(op, softmax);
    return success();
  }
};

} // namespace

void populateBoundaryPatterns(RewritePatternSet &patterns) {
  patterns.add<ReluOfAccumulator, TabulateReals, SoftmaxOfCodes>(patterns.getContext());
}

} // namespace quern
