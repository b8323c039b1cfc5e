// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/OutlierSuppressionPlus/Suppression.h"

using namespace mlir;

namespace quern {

/// The grid of thresholds, and the stride of the first look at it: the loss is smooth between.
static constexpr int kSteps = 100, kStride = 5;

/// max |x_j - z|.
static double reachOf(const RealRange &range, double shift) {
  return std::max(range.max - shift, shift - range.min);
}

ChannelMap suppressionMap(ArrayRef<RealRange> ranges, bool shifted, double part) {
  ChannelMap map = ChannelMap::identity(ranges.size());
  double largest = 0;
  for (auto [range, shift] : llvm::zip_equal(ranges, map.shift)) {
    shift = shifted ? (range.min + range.max) / 2 : 0;
    largest = std::max(largest, reachOf(range, shift));
  }
  if (largest == 0)
    return ChannelMap::identity(ranges.size());
  for (auto [range, shift, scale] : llvm::zip_equal(ranges, map.shift, map.scale))
    scale = std::max(1.0, reachOf(range, shift) / (part * largest));
  return map;
}

void considerSuppression(bool shifted, MapSearch &search) {
  if (search.getStatistics().ranges.empty())
    return;
  int bestStep = kSteps;
  auto consider = [&](int step) {
    if (search.consider([&](const ChannelStatistics &statistics) {
          return suppressionMap(statistics.ranges, shifted, double(step) / kSteps);
        }))
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
