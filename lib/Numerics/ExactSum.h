// Sums of floats that do not depend on the order of their terms.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quern {

/// The exact sum of up to 2^40 finite f32 values: a fixed-point number that spans their whole range
/// (Kulisch's long accumulator; Kulisch and Miranker, "The Arithmetic of the Digital Computer", SIAM Review
/// 28(1), 1986).
///
/// value = sum_i digit[i] * 2^(32 i - 149). A float is a 24-bit integer at a multiple of 2^-149 and touches
/// two digits, each by less than 2^32; digits are 64 bits wide, so carries are propagated only every 2^30
/// additions. 11 digits reach 2^202: room for 2^74 of the largest floats.
class ExactSum {
public:
  /// `value` must be finite.
  void add(float value);
  void merge(const ExactSum &other);

  /// The exact sum, rounded once to double (half to even).
  double toDouble() const;

  /// A canonical text: equal sums give equal texts. Lower-case hexadecimal, a minus sign in front if
  /// negative.
  std::string toString() const;
  /// Nothing if `text` was not made by toString().
  static std::optional<ExactSum> fromString(std::string_view text);

  friend bool operator==(const ExactSum &a, const ExactSum &b);

private:
  static constexpr int kDigits = 11;
  using Digits = std::array<int64_t, kDigits>;

  /// Digits 0 .. 2^32 - 1 but for the last, which carries the sign.
  void normalize();
  /// The magnitude in digits of 32 bits, and whether the sum is negative.
  static bool takeMagnitude(Digits &digits);

  Digits digits{};
  int64_t additionsSinceCarry = 0;
};

} // namespace quern
