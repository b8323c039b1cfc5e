// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/SmoothActivations/SmoothActivations.h"

#include "passes/EdgeTransforms/Method.h"
#include "passes/EdgeTransforms/QuantizationLoss.h"

#include <cmath>

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_SMOOTHACTIVATIONS
#include "passes/SmoothActivations/SmoothActivations.h.inc"

/// Scales, and magnitudes that scales are computed from, are not below this.
static constexpr double kFloor = 1e-5;
static constexpr int kSteps = 20;

static ChannelMap smooth(ChannelRangesAttr ranges, ArrayRef<double> weights, double alpha) {
  ChannelMap map = ChannelMap::identity(weights.size());
  for (int64_t c = 0; c < map.channels(); ++c) {
    double activation = std::max<double>(std::abs(ranges.getMinima()[c]), std::abs(ranges.getMaxima()[c]));
    double weight = std::max(weights[c], kFloor);
    map.scale[c] =
        std::max(std::pow(std::max(activation, kFloor), alpha) / std::pow(weight, 1 - alpha), kFloor);
  }
  return map;
}

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
  }

  void transform(const Edge &edge) {
    ChannelRangesAttr ranges = rangesOf(edge);
    if (!ranges || hasScaleOwner(edge))
      return;
    bool foldable = canFold(edge, /*shifted=*/false);
    if (!foldable && !allowExplicit)
      return;
    QuantizationLoss loss(edge, ranges);
    ChannelMap best = ChannelMap::identity(edge.channels);
    double before = loss.of(best), least = before;
    SmallVector<double> weights = largestWeights(edge);
    auto consider = [&](double candidate, bool forced) {
      ChannelMap map = smooth(ranges, weights, candidate);
      double value = loss.of(map);
      if (value < least || forced) {
        least = value;
        best = std::move(map);
      }
    };
    if (alpha >= 0)
      consider(alpha, /*forced=*/true);
    else
      for (int step = 0; step <= kSteps; ++step)
        consider(double(step) / kSteps, /*forced=*/false);
    if (best.isIdentity() || (!foldable && least > kWorthAnOp * before))
      return;
    insertEdgeTransform(edge, best, kSmoothQuant);
  }
};
} // namespace

} // namespace quern
