// Operands that tell wrong roundings, and functions of one op to try them on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Quantizer.h"
#include "test/passes/ConvertQuernToLinalg/CompiledFunction.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace quern::test {

/// A decimal float literal that parses to exactly `x`.
inline std::string literal(double x) {
  char text[64];
  snprintf(text, sizeof text, "%.20e", x);
  return text;
}

/// Several, as an array attribute has them.
inline std::string literals(llvm::ArrayRef<float> values) {
  return llvm::join(llvm::map_range(values, [](float x) { return literal(x); }), ", ");
}

/// The function of `signature` that returns %r of `body`.
inline std::unique_ptr<CompiledFunction> compile(const std::string &signature, const std::string &body,
                                                 const std::string &result) {
  std::string text =
      "func.func @f(" + signature + ") -> " + result + " {\n" + body + "\n  return %r : " + result + "\n}";
  auto function = CompiledFunction::compile(text);
  EXPECT_TRUE(function) << text;
  return function;
}

/// Accumulators: zero, the ends of the type, around 2^24 where f32 starts to round, and random ones of all
/// sizes.
inline std::vector<int32_t> accumulators(size_t count) {
  constexpr int32_t least = std::numeric_limits<int32_t>::min(), most = std::numeric_limits<int32_t>::max();
  std::vector<int32_t> values{
      0, 1, -1, least, least + 1, most, most - 1, (1 << 24) + 1, -(1 << 24) - 1, (1 << 25) + 2};
  for (int32_t tie = -9; tie <= 9; tie += 2)
    values.push_back(tie); // halves under a multiplier of 0.5
  std::mt19937 random(1);
  while (values.size() < count)
    values.push_back(static_cast<int32_t>(random()) >> random() % 31);
  return values;
}

/// Reals: not-a-number, infinities, extremes, exact ties of `scale`, and random ones around its range.
inline std::vector<float> reals(size_t count, float scale) {
  using Limits = std::numeric_limits<float>;
  std::vector<float> values{
      0.0f,          -0.0f,          Limits::quiet_NaN(), Limits::infinity(),  -Limits::infinity(),
      Limits::max(), -Limits::max(), Limits::min(),       Limits::denorm_min()};
  for (int tie = -300; tie <= 300; ++tie)
    values.push_back((static_cast<float>(tie) + 0.5f) * scale);
  std::mt19937 random(2);
  std::uniform_real_distribution<float> within(-300 * scale, 300 * scale);
  while (values.size() < count)
    values.push_back(within(random));
  return values;
}

inline constexpr CodeRange kU8 = CodeRange::unsignedBits(8), kS8 = CodeRange::signedBits(8);
/// The integer type that stores codes of `q`.
inline const char *storage(const Quantizer &q) { return q.codes.lowest == 0 ? "ui8" : "i8"; }

/// The int32 of a stored 8-bit code.
inline int32_t decode(uint8_t byte, const Quantizer &q) {
  return q.codes.lowest == 0 ? byte : static_cast<int8_t>(byte);
}

/// Every pair of 8-bit codes.
struct CodePairs {
  std::vector<uint8_t> first, second;
  CodePairs() {
    for (int i = 0; i < 1 << 16; ++i) {
      first.push_back(i >> 8);
      second.push_back(i & 255);
    }
  }
};

inline std::vector<uint8_t> randomCodes(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<uint8_t> codes(count);
  std::ranges::generate(codes, [&] { return random() & 255; });
  return codes;
}
/// The attributes that state how the result of a QLinear op is rounded.
inline std::string roundingAttributes(int32_t zeroPoint, CodeRange codes) {
  return llvm::formatv("zero_point = {0} : i64, min = {1} : i64, max = {2} : i64", zeroPoint, codes.lowest,
                       codes.highest);
}

} // namespace quern::test
