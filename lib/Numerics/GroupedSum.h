// Products of codes whose weights have one scale per group of terms.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Quantizer.h"

#include <cstdint>
#include <span>

namespace quern {

/// The i32 sum of one group: sum_k (a_k - activationZeroPoint) * w_k, with w_k = code - zero point. Right for
/// every input if largestAccumulator (Requantize.h) of the group, without a bias, is within i32.
int32_t groupSum(std::span<const int32_t> activations, int32_t activationZeroPoint,
                 std::span<const int32_t> weights);

/// y_0 = bias, y_{g+1} = y_g + f32(sums[g]) * scales[g], each operation rounded to f32, in the order of the
/// groups. A scale is f32(activation scale * weight scale).
float addGroups(std::span<const int32_t> sums, std::span<const float> scales, float bias);

/// clamp(round_half_even(sum * m) + z): the code of a sum that is f32 already, with m = f32(1 / output
/// scale).
int32_t requantizeSum(float sum, float multiplier, int32_t zeroPoint, CodeRange codes);

} // namespace quern
