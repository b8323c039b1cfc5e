// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/ObserverSearch.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <vector>

namespace quern {
namespace {

constexpr int kFractions = 100;

/// x^exponent for x >= 0 by linear interpolation between 2^-12 apart mantissas: within 1e-7 of its value, ten
/// times faster than std::pow, and the same on every machine's library of mathematics.
class Power {
public:
  explicit Power(double exponent) {
    for (int i = 0; i <= kSteps; ++i)
      mantissas[i] = std::pow(1 + static_cast<double>(i) / kSteps, exponent);
    for (int i = 1; i < kExponents; ++i) // no difference of two f32 but zero is below the normal numbers
      powers[i] = std::exp2(exponent * (i - kBias));
  }

  double operator()(float x) const {
    uint32_t bits = std::bit_cast<uint32_t>(x);
    uint32_t mantissa = bits & ((1u << kMantissaBits) - 1);
    uint32_t step = mantissa >> kStepBits;
    double part = (mantissa & ((1u << kStepBits) - 1)) * (1.0 / (1u << kStepBits));
    return powers[bits >> kMantissaBits] * (mantissas[step] + part * (mantissas[step + 1] - mantissas[step]));
  }

private:
  static constexpr int kSteps = 4096, kMantissaBits = 23, kStepBits = 23 - 12, kExponents = 256, kBias = 127;
  std::array<double, kSteps + 1> mantissas;
  std::array<double, kExponents> powers{};
};

/// The values of a tensor as its histogram knows them. Zeros are exact in every quantizer and need no
/// mention.
class CodingError {
public:
  CodingError(const TensorStatistics &statistics, CodeRange codes, double exponent)
      : codes(codes), square(exponent == 2), power(exponent) {
    const Histogram &histogram = statistics.histogram;
    auto [first, last] = histogram.getOccupiedBins();
    std::vector<std::pair<float, double>> negative, positive, points;
    for (int bin = first; bin < last; ++bin) {
      if (histogram.getCount(bin) == 0)
        continue;
      float centre = static_cast<float>((bin + 0.5) * histogram.getBinWidth());
      (bin < 0 ? negative : positive)
          .emplace_back(std::clamp(centre, statistics.min, statistics.max),
                        static_cast<double>(histogram.getCount(bin)));
    }
    // What a narrow range clips comes first: the sum soon reaches a limit.
    std::merge(
        negative.begin(), negative.end(), positive.rbegin(), positive.rend(), std::back_inserter(points),
        [](const auto &left, const auto &right) { return std::fabs(left.first) > std::fabs(right.first); });
    size_t whole = (points.size() + kBlock - 1) / kBlock * kBlock;
    points.resize(whole); // zeros of no weight
    for (auto [value, weight] : points) {
      values.push_back(value);
      weights.push_back(weight);
    }
  }

  /// The sum for [lo, hi]; some value of at least `limit` if the sum reaches it.
  double operator()(float lo, float hi, double limit) const {
    Quantizer quantizer = chooseAsymmetric(lo, hi, codes);
    double sum = 0;
    for (size_t block = 0; block < values.size() && sum < limit; block += kBlock) {
      std::array<float, kBlock> errors = errorsOf(quantizer, &values[block]);
      for (size_t i = 0; i < kBlock; ++i) {
        double error = errors[i];
        sum += weights[block + i] * (square ? error * error : power(errors[i]));
      }
    }
    return sum;
  }

private:
  static constexpr size_t kBlock = 32;

  static std::array<float, kBlock> errorsOf(const Quantizer &quantizer, const float *values) {
    std::array<float, kBlock> errors;
    std::copy_n(values, kBlock, errors.begin());
    quantizer.roundTrip(errors);
    for (size_t i = 0; i < kBlock; ++i)
      errors[i] = std::fabs(values[i] - errors[i]);
    return errors;
  }

  std::vector<float> values;
  std::vector<double> weights;
  CodeRange codes;
  bool square;
  Power power;
};

} // namespace

ValueRange chooseByLeastError(const TensorStatistics &statistics, CodeRange codes, double exponent) {
  CodingError error(statistics, codes, exponent);
  ValueRange whole{std::min(statistics.min, 0.0f), std::max(statistics.max, 0.0f)}, best = whole;
  double least = error(best.min, best.max, std::numeric_limits<double>::infinity());
  auto tryRange = [&](ValueRange candidate) {
    double sum = error(candidate.min, candidate.max, least);
    if (sum < least) {
      least = sum;
      best = candidate;
    }
  };
  // Each end in turn for the other one, until neither moves.
  std::optional<float> searchedFor[2];
  auto isNew = [&](int end, float other) {
    bool known = searchedFor[end] == other;
    searchedFor[end] = other;
    return !known;
  };
  for (bool moved = true; moved;) {
    moved = false;
    if (whole.max > 0 && isNew(1, best.min)) {
      moved = true;
      for (int i = kFractions; i >= 1; --i)
        tryRange({best.min, whole.max * (static_cast<float>(i) / kFractions)});
    }
    if (whole.min < 0 && isNew(0, best.max)) {
      moved = true;
      for (int i = kFractions; i >= 1; --i)
        tryRange({whole.min * (static_cast<float>(i) / kFractions), best.max});
    }
  }
  return best;
}

} // namespace quern
