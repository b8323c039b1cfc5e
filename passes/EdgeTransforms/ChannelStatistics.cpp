// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/ChannelStatistics.h"

#include "passes/EdgeTransforms/Method.h"

#include <cmath>

using namespace mlir;

namespace quern {

SmallVector<double> ChannelStatistics::largestMagnitudes() const {
  return llvm::map_to_vector(
      ranges, [](const RealRange &range) { return std::max(std::abs(range.min), std::abs(range.max)); });
}

ChannelStatistics ChannelStatistics::of(const ActivationRows &rows) {
  return {rows.ranges(), rows.meanMagnitudes()};
}

ChannelStatistics ChannelStatistics::of(const Edge &edge) {
  ChannelStatistics statistics;
  if (std::optional<ActivationRows> rows = readRows(edge.value); rows && rows->width == edge.channels)
    statistics = of(*rows);
  if (std::vector<RealRange> calibrated = listRanges(edge); !calibrated.empty())
    statistics.ranges = std::move(calibrated);
  return statistics;
}

} // namespace quern
