// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/ObserverSearch.h"

#include <algorithm>

namespace quern {

/// Zeros belong to bin 0.
static int64_t countIn(const Histogram &histogram, int bin) {
  return histogram.getCount(bin) + (bin == 0 ? histogram.getZeros() : 0);
}

ValueRange chooseByPercentile(const TensorStatistics &statistics, double percentile) {
  const Histogram &histogram = statistics.histogram;
  double cut = (100.0 - percentile) / 200.0 * static_cast<double>(histogram.getTotal());
  auto [first, last] = histogram.getOccupiedBins();
  if (histogram.getZeros() != 0) {
    first = std::min(first, 0);
    last = std::max(last, 1);
  }
  // A bin is dropped if all that lies beyond its inner edge is within the cut.
  int64_t below = 0, above = 0;
  while (first + 1 < last && static_cast<double>(below + countIn(histogram, first)) <= cut)
    below += countIn(histogram, first++);
  while (last - 1 > first && static_cast<double>(above + countIn(histogram, last - 1)) <= cut)
    above += countIn(histogram, --last);
  double width = histogram.getBinWidth();
  return {std::max(statistics.min, static_cast<float>(first * width)),
          std::min(statistics.max, static_cast<float>(last * width))};
}

} // namespace quern
