// How far two tensors are apart, over many samples.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <optional>

namespace quern {

/// Sums over elements y against r, in double:
///   SQNR = 10 log10(sum r^2 / sum (y - r)^2) dB,   cosine = sum y r / sqrt(sum y^2 * sum r^2).
struct ErrorPower {
  /// No SQNR is stated below this: the reference is zero, or y is not finite.
  static constexpr double kLeastSqnr = -200;

  double error = 0, power = 0; ///< sum (y - r)^2, sum r^2
  double actualPower = 0, product = 0;
  int64_t count = 0;
  int64_t notFinite = 0; ///< elements y that are not finite where r is; they are in no sum

  /// Elements whose mark is not finite take no part (lib/Calibration/Padding.h), nor do those whose reference
  /// is not finite, or that are marked themselves: padding need not show in each of the tensors.
  void add(llvm::ArrayRef<float> actual, llvm::ArrayRef<float> reference, llvm::ArrayRef<float> marks);

  /// The squared error relative to the power; infinite where it has no power or is not finite.
  double relative() const;
  /// Nothing where there is no error at all.
  std::optional<double> sqnr() const;
  double cosine() const;
};

/// Where the error e = y - f(x') that a node adds comes from. With c(x') the operands clipped to what their
/// codes reach, and a(x') the operands quantized, weights as they were, e is the sum of
///   clipping: f(c(x')) - f(x'),   rounding: f(a(x')) - f(c(x')),   weights: y - f(a(x')).
/// The share of a part p is <p, e> / <e, e>: shares add up to 1, and one is negative where its part makes up
/// for others.
struct AddedParts {
  double clipping = 0, rounding = 0, weights = 0; ///< sums of <p, e>

  void add(llvm::ArrayRef<float> inherited, llvm::ArrayRef<float> clipped, llvm::ArrayRef<float> rounded,
           llvm::ArrayRef<float> actual, llvm::ArrayRef<float> marks);
  /// <e, e>.
  double total() const { return clipping + rounding + weights; }
};

} // namespace quern
