// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/OutlierSuppressionPlus/Suppression.h"

using namespace mlir;

namespace quern {

/// The grid of thresholds, and the stride of the first look at it: the loss is smooth between.
static constexpr int kSteps = 100, kStride = 5;

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

void considerSuppression(const Edge &edge, ChannelRangesAttr ranges, bool shifted, MapSearch &search) {
  ChannelMap map = centered(ranges, shifted);
  double largest = 0;
  for (int64_t c = 0; c < edge.channels; ++c)
    largest = std::max(largest, reachOf(ranges, map, c));
  if (largest == 0)
    return;
  int bestStep = kSteps;
  auto consider = [&](int step) {
    double threshold = largest * step / kSteps;
    for (int64_t c = 0; c < edge.channels; ++c)
      map.scale[c] = std::max(1.0, reachOf(ranges, map, c) / threshold);
    if (search.consider(map))
      bestStep = step;
  };
  for (int step = kSteps; step > 0; step -= kStride)
    consider(step);
  int coarse = bestStep;
  for (int step = std::min(coarse + kStride - 1, kSteps); step > std::max(coarse - kStride, 0); --step)
    if (step != coarse)
      consider(step);
}

} // namespace quern
