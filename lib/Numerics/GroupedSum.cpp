// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/GroupedSum.h"

#include "lib/Numerics/Rounding.h"

namespace quern {

int32_t groupSum(std::span<const int32_t> activations, int32_t activationZeroPoint,
                 std::span<const int32_t> weights) {
  int32_t sum = 0;
  for (size_t k = 0; k < activations.size(); ++k)
    sum += (activations[k] - activationZeroPoint) * weights[k];
  return sum;
}

float addGroups(std::span<const int32_t> sums, std::span<const float> scales, float bias) {
  float total = bias;
  for (size_t group = 0; group < sums.size(); ++group) {
    float part = static_cast<float>(sums[group]) * scales[group];
    total = total + part;
  }
  return total;
}

int32_t requantizeSum(float sum, float multiplier, int32_t zeroPoint, CodeRange codes) {
  float scaled = sum * multiplier;
  return roundAndClamp(scaled, codes.lowest - zeroPoint, codes.highest - zeroPoint) + zeroPoint;
}

} // namespace quern
