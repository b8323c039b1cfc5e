// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/ObserverSearch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace quern {

static constexpr double kSmoothing = 1e-4;

/// Puts `bins` into at most `levels` groups of equal size, the last one taking what is left over, and spreads
/// each group's mass over those of its bins that are not empty.
static std::vector<double> spreadOverLevels(const std::vector<double> &bins, size_t levels) {
  levels = std::min(levels, bins.size());
  size_t perLevel = bins.size() / levels;
  std::vector<double> spread(bins.size());
  for (size_t level = 0; level < levels; ++level) {
    auto begin = bins.begin() + static_cast<ptrdiff_t>(level * perLevel);
    auto end = level + 1 == levels ? bins.end() : begin + static_cast<ptrdiff_t>(perLevel);
    double mass = std::accumulate(begin, end, 0.0);
    double occupied = static_cast<double>(std::count_if(begin, end, [](double count) { return count > 0; }));
    for (auto bin = begin; bin != end; ++bin)
      if (*bin > 0)
        spread[bin - bins.begin()] = mass / occupied;
  }
  return spread;
}

/// KL(p || q) of two histograms, each brought to the sum 1. Bins that only p occupies weigh kSmoothing in q.
static double divergence(const std::vector<double> &p, const std::vector<double> &q) {
  double pSum = 0, qSum = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    pSum += p[i];
    qSum += q[i];
  }
  if (qSum == 0)
    return std::numeric_limits<double>::infinity();
  double sum = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    if (p[i] == 0)
      continue;
    double share = p[i] / pSum;
    sum += share * std::log(share / (q[i] > 0 ? q[i] / qSum : kSmoothing));
  }
  return sum;
}

/// The divergence for the bins [begin, end), of the occupied bins [first, last).
static double divergenceInside(const Histogram &histogram, int begin, int end, int first, int last,
                               size_t levels) {
  std::vector<double> inside(end - begin);
  for (int bin = begin; bin < end; ++bin)
    inside[bin - begin] = static_cast<double>(histogram.getCount(bin));
  std::vector<double> all = inside;
  for (int bin = first; bin < begin; ++bin)
    all.front() += static_cast<double>(histogram.getCount(bin));
  for (int bin = end; bin < last; ++bin)
    all.back() += static_cast<double>(histogram.getCount(bin));
  return divergence(all, spreadOverLevels(inside, levels));
}

ValueRange chooseByEntropy(const TensorStatistics &statistics, CodeRange codes) {
  const Histogram &histogram = statistics.histogram;
  auto [first, last] = histogram.getOccupiedBins();
  int largest = std::max(-first, last);
  bool bothSides = first < 0 && last > 0;
  size_t levels = static_cast<size_t>(codes.steps()) + 1;
  // Fewer bins than levels lose nothing, so the search starts there.
  int smallest = static_cast<int>(bothSides ? levels / 2 : levels);
  constexpr int kStride = 4;

  double least = std::numeric_limits<double>::infinity();
  int threshold = largest;
  for (int t = largest; t >= smallest; t -= kStride) {
    int begin = std::max(std::min(first, 0), -t), end = std::min(std::max(last, 0), t);
    double candidate = divergenceInside(histogram, begin, end, first, last, levels);
    if (candidate < least) {
      least = candidate;
      threshold = t;
    }
  }
  float limit = static_cast<float>(threshold * histogram.getBinWidth());
  return {std::max(statistics.min, -limit), std::min(statistics.max, limit)};
}

} // namespace quern
