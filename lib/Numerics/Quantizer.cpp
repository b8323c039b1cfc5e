// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Quantizer.h"

#include "lib/Numerics/Rounding.h"
#include "lib/Numerics/WideVectors.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace quern {

int32_t Quantizer::quantize(float x) const {
  return roundAndClamp(x / scale, codes.lowest - zeroPoint, codes.highest - zeroPoint) + zeroPoint;
}

float Quantizer::dequantize(int32_t code) const { return static_cast<float>(code - zeroPoint) * scale; }

float Quantizer::roundTrip(float x) const { return dequantize(quantize(x)); }

void Quantizer::roundTrip(std::span<float> values) const {
  // Where 1.5 * 2^23 is added, a number below 2^22 in magnitude is rounded to an integer, ties to even;
  // clamped to codes of at most 16 bits it is.
  constexpr float kRound = 0x1.8p23f;
  float lowest = static_cast<float>(codes.lowest - zeroPoint),
        highest = static_cast<float>(codes.highest - zeroPoint);
  withWideVectors([&]() QUERN_LOOPS {
    for (float &value : values) {
      float code = value / scale;
      code = code > lowest ? code : lowest; // NaN too
      code = code < highest ? code : highest;
      value = ((code + kRound) - kRound) * scale;
    }
  });
}

Quantizer chooseSymmetric(float magnitude, CodeRange codes) {
  if (magnitude == 0)
    return {1.0f, 0, codes};
  return {std::max(magnitude / static_cast<float>(codes.highest), kSmallestScale), 0, codes};
}

Quantizer chooseAsymmetric(float min, float max, CodeRange codes) {
  min = std::min(min, 0.0f);
  max = std::max(max, 0.0f);
  if (min == max)
    return {1.0f, codes.lowest, codes};
  float steps = static_cast<float>(codes.steps());
  float scale = (max - min) / steps;
  if (std::isinf(scale)) // the difference of the two overflowed
    scale = max / steps - min / steps;
  scale = std::max(scale, kSmallestScale);
  int32_t zeroPoint = codes.lowest + roundAndClamp(-min / scale, 0, codes.steps());
  return {scale, zeroPoint, codes};
}

float smallestWeightScale(float bias, float activationScale) {
  float scale = static_cast<float>(std::fabs(static_cast<double>(bias)) /
                                   (static_cast<double>(activationScale) * 0x1p30));
  return std::max(scale, kSmallestScale);
}

int32_t quantizeBias(float bias, float activationScale, float weightScale) {
  float scale = activationScale * weightScale;
  double code = roundHalfEven(static_cast<double>(bias) / static_cast<double>(scale));
  constexpr double lowest = std::numeric_limits<int32_t>::min(),
                   highest = std::numeric_limits<int32_t>::max();
  return static_cast<int32_t>(std::clamp(code, lowest, highest));
}

} // namespace quern
