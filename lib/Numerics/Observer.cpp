// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Observer.h"

#include "lib/Numerics/ObserverSearch.h"

#include <algorithm>
#include <array>
#include <utility>

namespace quern {

std::string_view getName(ObserverKind kind) { return observerNames[size_t(kind)]; }

std::optional<ObserverKind> parseObserverKind(std::string_view name) {
  const auto *found = std::ranges::find(observerNames, name);
  return found == std::end(observerNames) ? std::nullopt
                                          : std::optional(ObserverKind(found - std::begin(observerNames)));
}

static ValueRange chooseByAverage(const TensorStatistics &statistics) {
  double samples = static_cast<double>(statistics.samples);
  return {static_cast<float>(statistics.sumOfMinima.toDouble() / samples),
          static_cast<float>(statistics.sumOfMaxima.toDouble() / samples)};
}

static ValueRange widenToZero(ValueRange range) {
  return {std::min(range.min, 0.0f), std::max(range.max, 0.0f)};
}

std::optional<ValueRange> chooseRange(const TensorStatistics &statistics, const ObserverOptions &options) {
  if (statistics.getCount() == 0)
    return std::nullopt;
  switch (options.kind) {
  case ObserverKind::MinMax:
    return widenToZero({statistics.min, statistics.max});
  case ObserverKind::MovingAverage:
    return widenToZero(chooseByAverage(statistics));
  case ObserverKind::Percentile:
    return widenToZero(chooseByPercentile(statistics, options.percentile));
  case ObserverKind::Entropy:
    return widenToZero(chooseByEntropy(statistics, options.codes));
  case ObserverKind::MSE:
    return widenToZero(chooseByLeastError(statistics, options.codes, 2.0));
  case ObserverKind::Norm:
    return widenToZero(chooseByLeastError(statistics, options.codes, 2.4));
  }
  return std::nullopt;
}

} // namespace quern
