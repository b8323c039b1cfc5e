// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Histogram.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace quern {

double Histogram::getBinWidth() const { return std::ldexp(1.0, exponent); }

int Histogram::exponentFor(float magnitude) {
  int above; // magnitude < 2^above
  std::frexp(magnitude, &above);
  return above - 11;
}

void Histogram::add(std::span<const float> values) {
  float magnitude = 0;
  for (float value : values)
    magnitude = std::max(magnitude, std::fabs(value));
  total += static_cast<int64_t>(values.size());
  if (magnitude == 0) {
    zeros += static_cast<int64_t>(values.size());
    return;
  }
  growTo(exponentFor(magnitude));
  double perBin = std::ldexp(1.0, -exponent); // a double holds every x * perBin exactly
  for (float value : values) {
    if (value == 0)
      ++zeros;
    else
      ++counts[static_cast<int>(std::floor(value * perBin)) + kBinsPerSide];
  }
}

void Histogram::growTo(int newExponent) {
  if (counts.empty()) {
    counts.assign(size_t(2) * kBinsPerSide, 0);
    exponent = newExponent;
    return;
  }
  if (newExponent <= exponent)
    return;
  // k -> floor(k / 2^shift); beyond 12 halvings all that is left are the bins -1 and 0.
  int shift = std::min(newExponent - exponent, 12);
  std::vector<int64_t> merged(counts.size());
  for (int bin = -kBinsPerSide; bin < kBinsPerSide; ++bin)
    merged[(bin >> shift) + kBinsPerSide] += counts[bin + kBinsPerSide];
  counts = std::move(merged);
  exponent = newExponent;
}

void Histogram::merge(const Histogram &other) {
  zeros += other.zeros;
  total += other.total;
  if (other.counts.empty())
    return;
  Histogram widened = other;
  growTo(other.exponent);
  widened.growTo(exponent);
  std::ranges::transform(counts, widened.counts, counts.begin(), std::plus());
}

std::optional<Histogram> Histogram::create(int exponent, int64_t zeros, int firstBin,
                                           std::span<const int64_t> counts) {
  constexpr int64_t kLargestTotal = int64_t(1) << 62;
  if (exponent < kSmallestExponent || exponent > kLargestExponent || zeros < 0 || zeros > kLargestTotal ||
      counts.size() > size_t(2) * kBinsPerSide || firstBin < -kBinsPerSide ||
      firstBin > kBinsPerSide - static_cast<int>(counts.size()))
    return std::nullopt;
  Histogram histogram;
  histogram.zeros = histogram.total = zeros;
  if (counts.empty())
    return histogram;
  histogram.growTo(exponent);
  for (int64_t count : counts) {
    if (count < 0 || count > kLargestTotal - histogram.total)
      return std::nullopt;
    histogram.counts[firstBin++ + kBinsPerSide] = count;
    histogram.total += count;
  }
  return histogram;
}

std::pair<int, int> Histogram::getOccupiedBins() const {
  auto occupied = [](int64_t count) { return count != 0; };
  auto first = std::ranges::find_if(counts, occupied);
  if (first == counts.end())
    return {0, 0};
  auto last = std::find_if(counts.rbegin(), counts.rend(), occupied);
  return {static_cast<int>(first - counts.begin()) - kBinsPerSide,
          static_cast<int>(counts.size() - (last - counts.rbegin())) - kBinsPerSide};
}

} // namespace quern
