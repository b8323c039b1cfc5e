// Activations whose rows have scales of their own, found when the model runs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Quantizer.h"

#include <cstdint>
#include <span>

namespace quern {

/// The extremes of a row go no further from zero, so that their difference is finite; what lies beyond
/// saturates.
inline constexpr float kLargestRowExtreme = 0x1p126f;

/// The u8 quantizer of one row, from the row alone, each operation rounded to f32:
///   lo = max(min(0, x...), -kLargestRowExtreme),   hi = min(max(0, x...), kLargestRowExtreme),
///   s = (hi - lo) / 255, or 1 where that is no normal f32,   z = round_half_even(-lo / s).
/// NaN has no part in lo and hi, which so do not depend on the order of the elements.
Quantizer chooseRowQuantizer(std::span<const float> row);

/// f32(acc - z * columnSum) * f32(s * weightScale): the value of acc = sum_k q_k * w_k, where the w_k are
/// differences from their zero point and columnSum is their sum. The difference is right if
/// largestAccumulator (Requantize.h) is within i32 for a zero point anywhere in the codes.
float dequantizeRowAccumulator(int32_t accumulator, int32_t columnSum, const Quantizer &row,
                               float weightScale);

} // namespace quern
