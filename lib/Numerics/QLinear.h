// Arithmetic on codes that is not a contraction: every factor is a compile-time f32, every operation rounds
// once.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Quantizer.h"

#include <cstdint>

namespace quern {

/// Addition of two quantized values:
///   clamp(round_half_even(f32(a - za) * ma + f32(b - zb) * mb) + z),   ma = f32(sa / so), mb = f32(sb / so).
/// The two products and the sum round to f32 each. |a - za| <= 2^16 is exact.
struct QLinearAdd {
  int32_t aZeroPoint, bZeroPoint;
  float aMultiplier, bMultiplier;
  int32_t zeroPoint;
  CodeRange codes;

  static QLinearAdd get(const Quantizer &a, const Quantizer &b, const Quantizer &output);
  int32_t operator()(int32_t a, int32_t b) const;
};

/// Multiplication of two quantized values:
///   clamp(round_half_even(f32((a - za) * (b - zb)) * m) + z),   m = f32(f32(sa * sb) / so).
/// 8-bit operands: the product is at most 255^2 < 2^16 in magnitude, exact in i32 and in f32.
struct QLinearMul {
  int32_t aZeroPoint, bZeroPoint;
  float multiplier;
  int32_t zeroPoint;
  CodeRange codes;

  static QLinearMul get(const Quantizer &a, const Quantizer &b, const Quantizer &output);
  int32_t operator()(int32_t a, int32_t b) const;
};

/// Average of `count` codes, of which `sum` = sum of (a - za) is given (padding contributes 0):
///   clamp(round_half_even(f32(sum) * m) + z),   m = f32(f32(sa / so) / f32(count)).
/// i32 holds the sum for up to (2^31 - 1) / 255 = 8,421,504 codes of 8 bits.
struct QLinearAveragePool {
  float multiplier;
  int32_t zeroPoint;
  CodeRange codes;

  static constexpr int64_t kLargestCount = 0x7fffffff / 255;
  static QLinearAveragePool get(const Quantizer &input, const Quantizer &output, int64_t count);
  int32_t operator()(int32_t sum) const;
};

} // namespace quern
