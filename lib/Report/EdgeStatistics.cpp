// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/EdgeStatistics.h"

#include "passes/InsertObservers/ObservableValues.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>

namespace quern {

CodeReach reachOf(const Quantizer &quantizer) {
  return {(float(quantizer.codes.lowest - quantizer.zeroPoint) - 0.5f) * quantizer.scale,
          (float(quantizer.codes.highest - quantizer.zeroPoint) + 0.5f) * quantizer.scale};
}

void EdgeStatistics::add(llvm::ArrayRef<float> actual, llvm::ArrayRef<float> exact,
                         llvm::ArrayRef<int64_t> shape) {
  // What takes no part in the float model takes none here.
  std::vector<float> taken(actual.begin(), actual.end());
  for (auto [value, mark] : llvm::zip_equal(taken, exact))
    if (!std::isfinite(mark))
      value = std::numeric_limits<float>::quiet_NaN();
  int64_t nonFinite = values.nonFinite;
  if (shape.empty() || taken.empty()) {
    values.add(taken);
  } else {
    int64_t axis = observedChannelAxis(shape), inner = 1;
    for (int64_t extent : shape.drop_front(axis + 1))
      inner *= extent;
    values.add(taken, shape[axis], inner);
  }
  values.nonFinite = nonFinite;
  if (!quantizer)
    return;
  CodeReach reach = reachOf(*quantizer);
  auto isBeyond = [&](float value) { return value < reach.lowest || value > reach.highest; };
  for (auto [value, mark] : llvm::zip_equal(taken, exact)) {
    if (!std::isfinite(value))
      continue;
    float kept = std::clamp(value, reach.lowest, reach.highest);
    double distance = double(value) - kept, rounding = double(kept) - quantizer->roundTrip(value);
    roundingError += rounding * rounding;
    if (!isBeyond(value))
      continue;
    ++clipped;
    (isBeyond(mark) ? clippingError : driftError) += distance * distance;
  }
}

double EdgeStatistics::usedRange() const {
  if (!quantizer || values.getCount() == 0)
    return 1;
  CodeReach reach = reachOf(*quantizer);
  double lowest = std::clamp(values.min, reach.lowest, reach.highest);
  double highest = std::clamp(values.max, reach.lowest, reach.highest);
  // Codes must hold zero.
  lowest = std::min(lowest, 0.0);
  highest = std::max(highest, 0.0);
  return std::clamp((highest - lowest) / (double(reach.highest) - reach.lowest), 0.0, 1.0);
}

OutlierChannel findOutlier(llvm::ArrayRef<ChannelRange> channels) {
  OutlierChannel found;
  std::vector<double> magnitudes;
  for (const ChannelRange &range : channels)
    magnitudes.push_back(range.min <= range.max ? std::max(std::fabs(range.min), std::fabs(range.max)) : 0);
  if (magnitudes.size() < 2)
    return found;
  auto largest = std::max_element(magnitudes.begin(), magnitudes.end());
  found.channel = largest - magnitudes.begin();
  double most = *largest;
  auto middle = magnitudes.begin() + magnitudes.size() / 2;
  std::nth_element(magnitudes.begin(), middle, magnitudes.end());
  // A channel of zeros says nothing about the others.
  found.ratio = *middle > 0 ? most / *middle : 1;
  return found;
}

} // namespace quern
