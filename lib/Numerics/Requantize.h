// From an i32 accumulator to a code.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Quantizer.h"

#include <cstdint>

namespace quern {

/// m = f32(f32(sa * sw) / so): what one unit of the accumulator is in units of the output.
float requantizeMultiplier(float activationScale, float weightScale, float outputScale);

/// clamp(round_half_even(f32(acc) * m) + z). f32(acc) rounds half to even where |acc| > 2^24; the error of
/// that is below 2^-24 relative, which is why no wider type is used. ONNX QLinearConv and QLinearMatMul mean
/// the same. `codes` may be narrower than the type: it absorbs a following Relu or Clip.
int32_t requantize(int32_t accumulator, float multiplier, int32_t zeroPoint, CodeRange codes);

/// f32(acc) * f32(sa * sw): the value of an accumulator that leaves the integer part of the graph.
float dequantizeAccumulator(int32_t accumulator, float activationScale, float weightScale);

/// max |q - zeroPoint| over the codes.
int64_t largestDistance(CodeRange codes, int32_t zeroPoint);

/// The largest magnitude that bias + sum_k (a_k - za) * (w_k - zw) reaches, at any prefix of the sum in any
/// order:
///   |bias| + largestDistance(a, za) * sumOfWeights,   sumOfWeights = sum_k |w_k - zw|.
/// An i32 accumulator is right for every input if this is at most 2^31 - 1. Where the weights are not known,
/// sumOfWeights = terms * largestDistance(w, zw).
int64_t largestAccumulator(CodeRange activations, int32_t activationZeroPoint, int64_t sumOfWeights,
                           int32_t bias);

} // namespace quern
