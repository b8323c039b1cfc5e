// Functions of single precision as arithmetic: the pass.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ExpandMath/ExpandMath.h"

#include "passes/ExpandMath/Formulas.h"

#include "mlir/Dialect/Math/Transforms/Passes.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_EXPANDMATH
#include "passes/ExpandMath/ExpandMath.h.inc"

namespace {

/// Functions whose approximation in MLIR is good for single precision; the formulas serve the others.
bool isApproximatedUpstream(StringRef name) {
  return llvm::is_contained({"math.exp", "math.expm1", "math.log", "math.log2", "math.log1p", "math.erf",
                             "math.erfc", "math.tanh", "math.asin", "math.acos", "math.atan", "math.atan2",
                             "math.cbrt"},
                            name);
}

bool isFunction(StringRef name) {
  return isApproximatedUpstream(name) ||
         llvm::is_contained({"math.sin", "math.cos", "math.tan", "math.sinh", "math.cosh", "math.asinh",
                             "math.acosh", "math.atanh", "math.powf"},
                            name);
}

/// a * b + c with two roundings.
struct SplitFMA : OpRewritePattern<math::FmaOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::FmaOp op, PatternRewriter &rewriter) const override {
    Value product = arith::MulFOp::create(rewriter, op.getLoc(), op.getA(), op.getB());
    rewriter.replaceOpWithNewOp<arith::AddFOp>(op, product, op.getC());
    return success();
  }
};

struct ExpandMath : impl::ExpandMathBase<ExpandMath> {
  using ExpandMathBase::ExpandMathBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateMathF32ExpansionPatterns(patterns, isFunction);
    populateMathPolynomialApproximationPatterns(patterns, isApproximatedUpstream);
    populateFormulaPatterns(patterns);
    if (!keepFMA)
      patterns.add<SplitFMA>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace quern
