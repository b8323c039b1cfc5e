// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/SmoothActivations/SmoothActivations.h"

#include "passes/EdgeTransforms/ProductFold.h"
#include "passes/SmoothActivations/Smoothing.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_SMOOTHACTIVATIONS
#include "passes/SmoothActivations/SmoothActivations.h.inc"

namespace {
struct SmoothActivations : impl::SmoothActivationsBase<SmoothActivations> {
  using SmoothActivationsBase::SmoothActivationsBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (alpha <= 1)
      return success();
    return emitError(UnknownLoc::get(context)) << "expected alpha to be at most 1, got " << alpha;
  }

  void runOnOperation() override {
    for (const Edge &edge : listEdges(getOperation(), /*shifted=*/false))
      transform(edge);
    for (const ProductFold &fold : listProductFolds(getOperation()))
      transform(fold);
  }

  void transform(const ProductFold &fold) {
    PrecisionAttr precision = plannedPrecision(getOperation());
    if (!precision.getActivations())
      return; // no factor is quantized
    SmallVector<double> left = largestMagnitudes(fold.left, fold.channels);
    SmallVector<double> right = largestMagnitudes(fold.right, fold.channels);
    if (left.empty() || right.empty())
      return;
    ChannelMap map = alpha < 0 ? balanceProduct(left, right) : smoothingMap(left, right, alpha);
    if (!map.isIdentity())
      applyProductFold(fold, map, kSmoothQuant);
  }

  void transform(const Edge &edge) {
    transformEdge(edge, /*shifted=*/false, allowExplicit, kSmoothQuant, [&](MapSearch &search) {
      if (alpha < 0)
        considerSmoothing(edge, search);
      else if (const ChannelStatistics &statistics = search.getStatistics(); !statistics.ranges.empty())
        search.take(smoothingMap(statistics.largestMagnitudes(), largestWeights(edge), alpha));
    });
  }
};
} // namespace

} // namespace quern
