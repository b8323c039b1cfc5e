// The one rounding rule of the project.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>

namespace quern {

/// The integer nearest to `x`, ties to the even one, whatever the rounding mode of the processor. NaN and
/// infinities stay what they are. This is the rounding of ONNX QuantizeLinear, of PyTorch and of the NPUs we
/// know; every rounding to an integer code in this project is this one.
inline float roundHalfEven(float x) { return __builtin_roundevenf(x); }
inline double roundHalfEven(double x) { return __builtin_roundeven(x); }

/// Rounds `x` and clamps it to [lowest, highest], both of magnitude at most 2^24 and therefore exact in f32.
/// The clamp precedes the conversion to an integer, so that no value is outside the converted type's range.
/// NaN gives `lowest`, to keep the function total; no caller in a compiled model produces one.
inline int32_t roundAndClamp(float x, int32_t lowest, int32_t highest) {
  float rounded = roundHalfEven(x);
  if (!(rounded > static_cast<float>(lowest)))
    return lowest;
  return rounded < static_cast<float>(highest) ? static_cast<int32_t>(rounded) : highest;
}

} // namespace quern
