// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/RowQuantizer.h"

#include "lib/Numerics/Rounding.h"

#include <algorithm>
#include <limits>

namespace quern {

Quantizer chooseRowQuantizer(std::span<const float> row) {
  float lowest = 0, highest = 0;
  for (float x : row) {
    lowest = x < lowest ? x : lowest; // false for NaN
    highest = x > highest ? x : highest;
  }
  lowest = std::max(lowest, -kLargestRowExtreme);
  highest = std::min(highest, kLargestRowExtreme);
  CodeRange codes = CodeRange::unsignedBits(8);
  float scale = (highest - lowest) / static_cast<float>(codes.steps());
  if (scale < std::numeric_limits<float>::min())
    scale = 1;
  return {scale, roundAndClamp(-lowest / scale, codes.lowest, codes.highest), codes};
}

float dequantizeRowAccumulator(int32_t accumulator, int32_t columnSum, const Quantizer &row,
                               float weightScale) {
  float scale = row.scale * weightScale;
  return static_cast<float>(accumulator - row.zeroPoint * columnSum) * scale;
}

} // namespace quern
