// Uniform affine quantization: what a code means, and how scale and zero point are chosen.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <span>

namespace quern {

/// The integer codes of a format, both ends included.
struct CodeRange {
  int32_t lowest;
  int32_t highest;

  /// 0 .. 2^bits - 1.
  static constexpr CodeRange unsignedBits(unsigned bits) { return {0, (1 << bits) - 1}; }
  /// -2^(bits-1) .. 2^(bits-1) - 1.
  static constexpr CodeRange signedBits(unsigned bits) { return {-(1 << (bits - 1)), (1 << (bits - 1)) - 1}; }
  /// -(2^(bits-1) - 1) .. 2^(bits-1) - 1. Leaving the lowest code unused makes |q| symmetric and keeps
  /// dot-product instructions that add two i16 products from overflowing.
  static constexpr CodeRange symmetricBits(unsigned bits) {
    return {-((1 << (bits - 1)) - 1), (1 << (bits - 1)) - 1};
  }

  constexpr int32_t steps() const { return highest - lowest; }
  constexpr bool operator==(const CodeRange &) const = default;
};

/// No scale is below this. Two scales are multiplied for an accumulator and the product must stay a normal
/// f32: (2^-63)^2 = 2^-126.
inline constexpr float kSmallestScale = 0x1p-63f;

/// q = clamp(round_half_even(x / scale) + zeroPoint), x ~ (q - zeroPoint) * scale, each operation rounded to
/// f32. ONNX QuantizeLinear and DequantizeLinear mean the same. At most 16 bits, so that bounds and q -
/// zeroPoint are exact.
struct Quantizer {
  float scale;
  int32_t zeroPoint;
  CodeRange codes;

  int32_t quantize(float x) const;
  float dequantize(int32_t code) const;
  /// dequantize(quantize(x)).
  float roundTrip(float x) const;
  /// The same for each of many.
  void roundTrip(std::span<float> values) const;
};

/// Symmetric: zero point 0, s = magnitude / codes.highest. `magnitude` (max |x|) is finite and not negative.
/// A tensor of zeros gets scale 1.
Quantizer chooseSymmetric(float magnitude, CodeRange codes);

/// Asymmetric: [min, max] is first widened to hold 0 (padding and ReLU need an exact zero), then
///   s = (max - min) / codes.steps(),   z = clamp(codes.lowest + round_half_even(-min / s)).
/// `min` and `max` are finite. A tensor of zeros gets scale 1 and the lowest code as zero point.
Quantizer chooseAsymmetric(float min, float max, CodeRange codes);

/// The smallest scale of a weight channel for which the channel's bias, coded as i32 at scale f32(activation)
/// * f32(weight), stays within 2^30 in magnitude and so leaves half of the accumulator to the products:
///   |bias| / (activationScale * 2^30).
/// Channels whose weights are nearly zero need it: their own range would make the bias code overflow.
float smallestWeightScale(float bias, float activationScale);

/// The i32 code of `bias` at f32(activationScale * weightScale): round_half_even(bias / scale), saturating.
/// Computed in double because codes go beyond the 24 bits that f32 holds.
int32_t quantizeBias(float bias, float activationScale, float weightScale);

} // namespace quern
