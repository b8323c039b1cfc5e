// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Integerize/Integerize.h"

#include "passes/Integerize/FloatReasons.h"
#include "passes/Integerize/Patterns.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace quern {
#define GEN_PASS_DEF_INTEGERIZE
#include "passes/Integerize/Integerize.h.inc"

namespace {
struct IntegerizePass : impl::IntegerizeBase<IntegerizePass> {
  void runOnOperation() override {
    // Codes first; only what then still yields reals is done with reals as results.
    if (failed(rewrite(/*boundaries=*/false)) || failed(rewrite(/*boundaries=*/true)))
      return signalPassFailure();
    explain();
  }

  LogicalResult rewrite(bool boundaries) {
    RewritePatternSet patterns(&getContext());
    populateContractionPatterns(patterns);
    populateGroupPatterns(patterns);
    populateFunctionPatterns(patterns);
    populateArithmeticPatterns(patterns);
    populateMeanPatterns(patterns);
    populateSoftmaxPatterns(patterns);
    populateMovementPatterns(patterns);
    if (boundaries)
      populateBoundaryPatterns(patterns);
    // Each rewrite makes a quantization or a float op disappear or moves it towards a border, so this ends by
    // itself.
    GreedyRewriteConfig config;
    config.setMaxIterations(GreedyRewriteConfig::kNoLimit);
    return applyPatternsGreedily(getOperation(), std::move(patterns), config);
  }

  /// States why each op that is left computes on floats.
  void explain() {
    getOperation().walk([&](Operation *op) {
      if (!computesOnFloats(op))
        return;
      Refusal refusal = explainFloat(op);
      op->setAttr(kFloatReasonAttrName, StringAttr::get(&getContext(), refusal.reason));
      op->setAttr(kFloatRemedyAttrName, StringAttr::get(&getContext(), refusal.remedy));
    });
  }
};
} // namespace
} // namespace quern
