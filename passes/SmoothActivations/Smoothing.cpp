// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/SmoothActivations/Smoothing.h"

#include <cmath>

using namespace mlir;

namespace quern {

/// Scales, and magnitudes that scales are computed from, are not below this.
static constexpr double kFloor = 1e-5;
static constexpr int kSteps = 20;

ChannelMap smoothingMap(ArrayRef<double> activations, ArrayRef<double> weights, double alpha) {
  ChannelMap map = ChannelMap::identity(weights.size());
  for (int64_t c = 0; c < map.channels(); ++c) {
    double activation = std::max(activations[c], kFloor), weight = std::max(weights[c], kFloor);
    map.scale[c] = std::max(std::pow(activation, alpha) / std::pow(weight, 1 - alpha), kFloor);
  }
  return map;
}

void considerSmoothing(const Edge &edge, MapSearch &search) {
  if (search.getStatistics().ranges.empty())
    return;
  SmallVector<double> weights = largestWeights(edge);
  for (int step = 0; step <= kSteps; ++step)
    search.consider([&](const ChannelStatistics &statistics) {
      return smoothingMap(statistics.largestMagnitudes(), weights, double(step) / kSteps);
    });
}

ChannelMap balanceProduct(ArrayRef<double> left, ArrayRef<double> right) {
  EdgeLoss loss = [&](MapRule rule) {
    ChannelMap map = rule({});
    double largestLeft = 0, largestRight = 0, powerLeft = 0, powerRight = 0;
    for (auto [a, b, s] : llvm::zip_equal(left, right, map.scale)) {
      largestLeft = std::max(largestLeft, a / s);
      largestRight = std::max(largestRight, b * s);
      powerLeft += std::pow(a / s, 2);
      powerRight += std::pow(b * s, 2);
    }
    return largestLeft * largestLeft * powerRight + largestRight * largestRight * powerLeft;
  };
  MapSearch search(left.size(), loss, {});
  for (int step = 0; step <= kSteps; ++step)
    search.consider(smoothingMap(left, right, double(step) / kSteps));
  // Ranges behind a rotation are estimated from now on, no longer measured.
  return search.isWorthwhile(/*foldable=*/false) ? search.get() : ChannelMap::identity(left.size());
}

} // namespace quern
