// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/ExactSum.h"

#include <bit>
#include <charconv>
#include <cmath>

namespace quern {

static constexpr int64_t kAdditionsBetweenCarries = int64_t(1) << 30;
static constexpr int64_t kLowHalf = 0xffffffff;

void ExactSum::add(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  uint32_t exponent = bits >> 23 & 0xff;
  uint64_t mantissa = bits & 0x7fffff;
  // A subnormal has exponent 0 and the weight of exponent 1, without the hidden bit.
  uint32_t position = exponent ? exponent - 1 : 0;
  if (exponent)
    mantissa |= 1u << 23;

  uint64_t shifted = mantissa << (position % 32);
  int64_t low = static_cast<int64_t>(shifted & kLowHalf), high = static_cast<int64_t>(shifted >> 32);
  int64_t *digit = &digits[position / 32];
  bool negative = bits >> 31;
  digit[0] += negative ? -low : low;
  digit[1] += negative ? -high : high;
  if (++additionsSinceCarry == kAdditionsBetweenCarries)
    normalize();
}

void ExactSum::merge(const ExactSum &other) {
  ExactSum term = other;
  term.normalize();
  normalize();
  for (int i = 0; i < kDigits; ++i)
    digits[i] += term.digits[i];
  normalize();
}

void ExactSum::normalize() {
  int64_t carry = 0;
  for (int i = 0; i + 1 < kDigits; ++i) {
    int64_t digit = digits[i] + carry;
    digits[i] = digit & kLowHalf;
    carry = digit >> 32; // rounds towards minus infinity, as the mask needs
  }
  digits[kDigits - 1] += carry;
  additionsSinceCarry = 0;
}

bool ExactSum::takeMagnitude(Digits &digits) {
  if (digits[kDigits - 1] >= 0)
    return false;
  int64_t carry = 0;
  for (int i = 0; i < kDigits; ++i) {
    int64_t digit = carry - digits[i];
    digits[i] = digit & kLowHalf;
    carry = digit >> 32;
  }
  return true;
}

double ExactSum::toDouble() const {
  ExactSum sum = *this;
  sum.normalize();
  bool negative = takeMagnitude(sum.digits);
  int top = kDigits - 1;
  while (top > 0 && sum.digits[top] == 0)
    --top;
  // The top 64 to 95 bits as 64 whose lowest bit tells whether anything was cut off: more than the 53 + 2
  // that one correct rounding needs.
  auto digit = [&](int i) { return i >= 0 ? static_cast<uint64_t>(sum.digits[i]) : 0; };
  unsigned __int128 window =
      static_cast<unsigned __int128>(digit(top)) << 64 | digit(top - 1) << 32 | digit(top - 2);
  bool inexact = false;
  for (int i = top - 3; i >= 0; --i)
    inexact |= sum.digits[i] != 0;
  int shift = 0;
  while (window >> 64) {
    inexact |= static_cast<bool>(window & 1);
    window >>= 1;
    ++shift;
  }
  uint64_t significand = static_cast<uint64_t>(window) | (inexact ? 1 : 0);
  double magnitude = std::ldexp(static_cast<double>(significand), 32 * (top - 2) - 149 + shift);
  return negative ? -magnitude : magnitude;
}

std::string ExactSum::toString() const {
  ExactSum sum = *this;
  sum.normalize();
  std::string text = takeMagnitude(sum.digits) ? "-" : "";
  bool leading = true;
  for (int i = kDigits - 1; i >= 0; --i)
    for (int nibble = 7; nibble >= 0; --nibble) {
      unsigned value = sum.digits[i] >> (4 * nibble) & 15;
      leading = leading && value == 0;
      if (!leading)
        text += "0123456789abcdef"[value];
    }
  return leading ? "0" : text;
}

std::optional<ExactSum> ExactSum::fromString(std::string_view text) {
  std::string_view rest = text;
  bool negative = rest.starts_with('-');
  rest.remove_prefix(negative);
  ExactSum sum;
  if (rest.empty() || rest.size() > size_t(8) * (kDigits - 1))
    return std::nullopt;
  for (int i = 0; !rest.empty(); ++i) {
    size_t begin = rest.size() > 8 ? rest.size() - 8 : 0;
    uint32_t digit = 0;
    const char *first = rest.data() + begin, *last = rest.data() + rest.size();
    auto [end, error] = std::from_chars(first, last, digit, 16);
    if (error != std::errc() || end != last)
      return std::nullopt;
    sum.digits[i] = negative ? -static_cast<int64_t>(digit) : digit;
    rest.remove_suffix(rest.size() - begin);
  }
  sum.normalize();
  if (sum.toString() != text) // other spellings of the same number
    return std::nullopt;
  return sum;
}

bool operator==(const ExactSum &a, const ExactSum &b) {
  ExactSum left = a, right = b;
  left.normalize();
  right.normalize();
  return left.digits == right.digits;
}

} // namespace quern
