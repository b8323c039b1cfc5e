// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/OutlierSuppressionPlus/OutlierSuppressionPlus.h"

#include "passes/EdgeTransforms/Method.h"
#include "passes/EdgeTransforms/QuantizationLoss.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_OUTLIERSUPPRESSIONPLUS
#include "passes/OutlierSuppressionPlus/OutlierSuppressionPlus.h.inc"

static constexpr int kSteps = 100;

/// max |x_j - z_j|.
static double reachOf(ChannelRangesAttr ranges, const ChannelMap &map, int64_t channel) {
  return std::max(ranges.getMaxima()[channel] - map.shift[channel],
                  map.shift[channel] - ranges.getMinima()[channel]);
}

static ChannelMap centered(ChannelRangesAttr ranges, bool shifted) {
  ChannelMap map = ChannelMap::identity(ranges.getMinima().size());
  for (int64_t c = 0; shifted && c < map.channels(); ++c)
    map.shift[c] = (double(ranges.getMinima()[c]) + ranges.getMaxima()[c]) / 2;
  return map;
}

namespace {
struct OutlierSuppressionPlus : impl::OutlierSuppressionPlusBase<OutlierSuppressionPlus> {
  using OutlierSuppressionPlusBase::OutlierSuppressionPlusBase;

  void runOnOperation() override {
    // Where a shift is not possible, a scale may be.
    for (bool shifted : {true, false})
      for (const Edge &edge : listEdges(getOperation(), shifted))
        transform(edge, shifted);
  }

  void transform(const Edge &edge, bool shifted) {
    ChannelRangesAttr ranges = rangesOf(edge);
    if (!ranges || hasScaleOwner(edge))
      return;
    bool foldable = canFold(edge, shifted);
    if (!foldable && (shifted || !allowExplicit))
      return;
    QuantizationLoss loss(edge, ranges);
    ChannelMap best = ChannelMap::identity(edge.channels), map = centered(ranges, shifted);
    double before = loss.of(best), least = before, largest = 0;
    for (int64_t c = 0; c < edge.channels; ++c)
      largest = std::max(largest, reachOf(ranges, map, c));
    for (int step = kSteps; step > 0 && largest > 0; --step) {
      double threshold = largest * step / kSteps;
      for (int64_t c = 0; c < edge.channels; ++c)
        map.scale[c] = std::max(1.0, reachOf(ranges, map, c) / threshold);
      if (double value = loss.of(map); value < least) {
        least = value;
        best = map;
      }
    }
    if (best.isIdentity() || (!foldable && least > kWorthAnOp * before))
      return;
    insertEdgeTransform(edge, best, kOutlierSuppressionPlus);
  }
};
} // namespace

} // namespace quern
