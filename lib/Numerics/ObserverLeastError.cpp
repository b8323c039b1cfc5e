// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/ObserverSearch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace quern {
namespace {

constexpr int kFractions = 100;

/// The values of a tensor as its histogram knows them. Zeros are exact in every quantizer and need no
/// mention.
class CodingError {
public:
  CodingError(const TensorStatistics &statistics, CodeRange codes, double exponent)
      : codes(codes), exponent(exponent) {
    const Histogram &histogram = statistics.histogram;
    auto [first, last] = histogram.getOccupiedBins();
    for (int bin = first; bin < last; ++bin) {
      if (histogram.getCount(bin) == 0)
        continue;
      float centre = static_cast<float>((bin + 0.5) * histogram.getBinWidth());
      points.push_back(
          {std::clamp(centre, statistics.min, statistics.max), static_cast<double>(histogram.getCount(bin))});
    }
  }

  /// The sum for [lo, hi]; some value of at least `limit` if the sum reaches it.
  double operator()(float lo, float hi, double limit) const {
    Quantizer quantizer = chooseAsymmetric(lo, hi, codes);
    double sum = 0;
    for (const Point &point : points) {
      double error =
          std::fabs(static_cast<double>(point.value) - static_cast<double>(quantizer.roundTrip(point.value)));
      sum += point.weight * (exponent == 2 ? error * error : std::pow(error, exponent));
      if (sum >= limit)
        break;
    }
    return sum;
  }

private:
  struct Point {
    float value;
    double weight;
  };
  std::vector<Point> points;
  CodeRange codes;
  double exponent;
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
  for (ValueRange before{}; before != best;) {
    before = best;
    for (int i = kFractions; i >= 1 && whole.max > 0; --i)
      tryRange({best.min, whole.max * (static_cast<float>(i) / kFractions)});
    for (int i = kFractions; i >= 1 && whole.min < 0; --i)
      tryRange({whole.min * (static_cast<float>(i) / kFractions), best.max});
  }
  return best;
}

} // namespace quern
