// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/UnseenError.h"

#include "passes/QuantizationAnalysis/ActivationQuantizer.h"

using namespace mlir;

namespace quern {

std::optional<UnseenError> UnseenError::create(const Edge &edge, const ActivationRows &rows,
                                               PrecisionAttr precision, ObserverOptions observer) {
  if (!precision.getActivations() || precision.hasDynamicRows() || rows.count < kLeastRows)
    return std::nullopt;
  UnseenError error(precision.getActivations());
  for (int64_t half : {0, 1}) {
    std::optional<OutputError> unseen =
        OutputError::create(edge, rows.everySecond(1 - half), precision, observer);
    if (!unseen)
      return std::nullopt;
    ChannelStatistics seen = ChannelStatistics::of(rows.everySecond(half));
    if (!rows.halves[half].empty())
      seen.ranges = rows.halves[half];
    error.folds.push_back({std::move(seen), std::move(*unseen)});
  }
  return error;
}

double UnseenError::of(MapRule rule) const {
  double sum = 0;
  for (const Fold &fold : folds) {
    ChannelMap map = rule(fold.seen);
    RealRange range{0, 0};
    for (auto [channel, z, s] : llvm::zip_equal(fold.seen.ranges, map.shift, map.scale))
      range = range.unite({(channel.min - z) / s, (channel.max - z) / s});
    sum += fold.unseen.of(map, chooseActivationQuantizer(activations, range.min, range.max));
  }
  return sum;
}

} // namespace quern
