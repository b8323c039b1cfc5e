// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Requantize.h"

#include "lib/Numerics/Rounding.h"

#include <algorithm>
#include <cstdlib>

namespace quern {

float requantizeMultiplier(float activationScale, float weightScale, float outputScale) {
  float product = activationScale * weightScale;
  return product / outputScale;
}

int32_t requantize(int32_t accumulator, float multiplier, int32_t zeroPoint, CodeRange codes) {
  float scaled = static_cast<float>(accumulator) * multiplier;
  return roundAndClamp(scaled, codes.lowest - zeroPoint, codes.highest - zeroPoint) + zeroPoint;
}

float dequantizeAccumulator(int32_t accumulator, float activationScale, float weightScale) {
  float scale = activationScale * weightScale;
  return static_cast<float>(accumulator) * scale;
}

int64_t largestDistance(CodeRange codes, int32_t zeroPoint) {
  return std::max(static_cast<int64_t>(zeroPoint) - codes.lowest,
                  static_cast<int64_t>(codes.highest) - zeroPoint);
}

int64_t largestAccumulator(CodeRange activations, int32_t activationZeroPoint, int64_t sumOfWeights,
                           int32_t bias) {
  return std::abs(static_cast<int64_t>(bias)) +
         largestDistance(activations, activationZeroPoint) * sumOfWeights;
}

} // namespace quern
