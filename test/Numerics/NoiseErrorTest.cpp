// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/NoiseError.h"

#include "lib/Numerics/Quantizer.h"

#include <gtest/gtest.h>

#include <cmath>

namespace quern {
namespace {

/// E[(Q(x + N) - N - x)^2] - (Q(x) - x)^2 for steps of 2 h, by the midpoint rule on each side of the one
/// boundary that noise can reach: the integrand is a polynomial there, so few nodes with Simpson's weights
/// are exact.
double byQuadrature(double distance, double amplitude, double h) {
  double x = distance; // the boundary at 0, the centres at -h and h
  auto square = [&](double noise) {
    double centre = x + noise < 0 ? -h : h, error = centre - noise - x;
    return error * error;
  };
  auto integral = [&](double from, double to) {
    // Just inside the ends, so that each side keeps its centre.
    double inset = (to - from) * 1e-12;
    return (to - from) / 6 * (square(from + inset) + 4 * square((from + to) / 2) + square(to - inset));
  };
  double edge = std::max(-x, -amplitude);
  double mean = (integral(-amplitude, edge) + integral(edge, amplitude)) / (2 * amplitude);
  return mean - (h - x) * (h - x);
}

TEST(NoiseError, FormulaIsTheExpectation) {
  for (double h : {0.5, 0.01, 30.0})
    for (int n = 1; n <= 20; ++n)
      for (int d = 0; d <= 20; ++d) {
        double amplitude = h * n / 20, distance = h * d / 20;
        EXPECT_NEAR(noiseErrorChange(distance, amplitude, h), byQuadrature(distance, amplitude, h),
                    1e-6 * h * h)
            << "h " << h << ", n " << amplitude << ", d " << distance;
      }
}

/// The same with the quantizer that runs, and noise on a fine grid.
TEST(NoiseError, FormulaIsWhatTheQuantizerDoes) {
  constexpr float kStep = 0.25f;
  constexpr int kNodes = 20000;
  Quantizer quantizer{kStep, 128, CodeRange::unsignedBits(8)};
  for (double amplitude : {0.02, 0.06, 0.125})
    for (double x : {0.126, 0.15, 0.2, 0.24, 1.38}) {
      double changed = 0, before = quantizer.roundTrip(float(x)) - x;
      for (int i = 0; i < kNodes; ++i) {
        double noise = amplitude * ((2 * i + 1.0) / kNodes - 1),
               after = quantizer.roundTrip(float(x + noise)) - noise - x;
        changed += after * after / kNodes;
      }
      double position = x / kStep, distance = kStep * std::abs(position - std::floor(position) - 0.5);
      EXPECT_NEAR(noiseErrorChange(distance, amplitude, kStep / 2), changed - before * before, 1e-5) << x;
    }
}

TEST(NoiseError, HelpsNearBoundariesOnly) {
  double h = 0.5, n = 0.2, limit = n * (1 - std::sqrt(n / (3 * h)));
  EXPECT_LT(noiseErrorChange(limit - 1e-3, n, h), 0);
  EXPECT_GT(noiseErrorChange(limit + 1e-3, n, h), 0);
  EXPECT_EQ(noiseErrorChange(0.1, 0, h), 0);
}

} // namespace
} // namespace quern
