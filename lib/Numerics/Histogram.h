// A histogram that does not depend on the order of its values.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace quern {

/// Counts of finite f32 values in bins of equal width 2^e:
///   bin k holds the values with k * 2^e <= x < (k + 1) * 2^e,   -2048 <= k < 2048;   zeros are counted
///   apart.
/// e is the smallest exponent for which the largest |x| seen is below 2048 * 2^e. A value beyond that grows
/// the histogram: e becomes e + 1 and bins merge in pairs, k -> floor(k / 2), which is exactly the histogram
/// that the wider bins would have counted. So the result is a function of the multiset of values: neither
/// order nor sharding matters. A one-sided tensor is seen at 1024 to 2048 bins, four to eight for each code
/// of 8 bits.
class Histogram {
public:
  static constexpr int kBinsPerSide = 2048;

  void add(std::span<const float> values);
  void merge(const Histogram &other);

  /// The histogram with these contents, `counts` being the bins from `firstBin` on; nothing if they do not
  /// fit the bins.
  static std::optional<Histogram> create(int exponent, int64_t zeros, int firstBin,
                                         std::span<const int64_t> counts);

  /// log2 of the bin width; meaningless while every value is zero.
  int getExponent() const { return exponent; }
  double getBinWidth() const;
  int64_t getZeros() const { return zeros; }
  /// All values, zeros included.
  int64_t getTotal() const { return total; }
  int64_t getCount(int bin) const { return counts.empty() ? 0 : counts[bin + kBinsPerSide]; }
  /// The first and one past the last bin that hold values; equal if there are none.
  std::pair<int, int> getOccupiedBins() const;

  /// The exponent that a histogram needs to hold `magnitude` > 0.
  static int exponentFor(float magnitude);
  /// No value of f32 needs more or less than these.
  static constexpr int kSmallestExponent = -148 - 11, kLargestExponent = 128 - 11;

  bool operator==(const Histogram &) const = default;

private:
  void growTo(int newExponent);

  int exponent = kSmallestExponent;
  int64_t zeros = 0;
  int64_t total = 0;
  std::vector<int64_t> counts; ///< empty until the first value that is not zero
};

} // namespace quern
