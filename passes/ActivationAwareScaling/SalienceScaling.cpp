// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ActivationAwareScaling/SalienceScaling.h"

#include <cmath>

using namespace mlir;

namespace quern {

static constexpr double kFloor = 1e-4;
static constexpr int kSteps = 20;

ChannelMap salienceMap(ArrayRef<double> meanMagnitudes, double exponent) {
  ChannelMap map = ChannelMap::identity(meanMagnitudes.size());
  for (auto [scale, magnitude] : llvm::zip_equal(map.scale, meanMagnitudes))
    scale = std::max(std::pow(magnitude, exponent), kFloor);
  auto [least, greatest] = std::minmax_element(map.scale.begin(), map.scale.end());
  double middle = std::sqrt(*least * *greatest);
  for (double &scale : map.scale)
    scale /= middle;
  return map;
}

void considerSalience(double largest, MapSearch &search) {
  if (search.getStatistics().meanMagnitudes.empty())
    return;
  for (int step = 0; step <= kSteps && double(step) / kSteps <= largest; ++step)
    search.consider([&](const ChannelStatistics &statistics) {
      return salienceMap(statistics.meanMagnitudes, double(step) / kSteps);
    });
}

} // namespace quern
