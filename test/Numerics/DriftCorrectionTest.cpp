// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/DriftCorrection.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <random>

using namespace quern;

namespace {
constexpr int64_t kSize = 12, kColumns = 3, kRows = 400;

/// Correlated rows, what `drift` makes of each, and a weight.
struct Problem {
  std::vector<float> original, now, weight;

  Problem(const std::function<void(std::span<float>)> &drift, float mean = 0, unsigned seed = 7) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    for (int64_t row = 0; row < kRows; ++row) {
      float common = normal(random);
      for (int64_t i = 0; i < kSize; ++i)
        original.push_back(mean + common + normal(random));
    }
    now = original;
    for (int64_t row = 0; row < kRows; ++row)
      drift(std::span(now).subspan(row * kSize, kSize));
    for (int64_t i = 0; i < kSize * kColumns; ++i)
      weight.push_back(normal(random));
  }

  DriftMoments moments() const {
    DriftMoments moments(kSize);
    moments.add(original, now);
    return moments;
  }
  std::array<DriftMoments, 2> folds() const {
    std::array<DriftMoments, 2> folds{DriftMoments(kSize), DriftMoments(kSize)};
    std::span<const float> x = original, y = now;
    constexpr int64_t half = kRows / 2 * kSize;
    folds[0].add(x.first(half), y.first(half));
    folds[1].add(x.subspan(half), y.subspan(half));
    return folds;
  }

  /// sum || W^T x - (W + D)^T y ||^2, around its mean if `centered`.
  double error(std::span<const double> correction, bool centered = false) const {
    double sum = 0;
    for (int64_t column = 0; column < kColumns; ++column) {
      double total = 0, squares = 0;
      for (int64_t row = 0; row < kRows; ++row) {
        double difference = 0;
        for (int64_t i = 0; i < kSize; ++i) {
          double w = weight[i * kColumns + column];
          double added = correction.empty() ? 0.0 : correction[i * kColumns + column];
          difference += w * original[row * kSize + i] - (w + added) * now[row * kSize + i];
        }
        total += difference;
        squares += difference * difference;
      }
      sum += squares - (centered ? total * total / kRows : 0);
    }
    return sum;
  }
};

void mix(std::span<float> row) {
  for (size_t i = 0; i + 1 < row.size(); ++i)
    row[i] = 0.8F * row[i] + 0.3F * row[i + 1];
}
} // namespace

TEST(DriftCorrection, MakesGoodForWhatALinearMapDid) {
  Problem problem(mix);
  std::vector<double> correction = correctDrift(problem.folds(), problem.weight, kColumns, false);
  ASSERT_EQ(correction.size(), problem.weight.size());
  EXPECT_LT(problem.error(correction), 0.1 * problem.error({}));
}

TEST(DriftCorrection, IsTheLeastOfItsSum) {
  // Whatever damping was chosen: one of the five, and with it no step to any side lowers the damped sum.
  Problem problem(mix);
  std::array<DriftMoments, 2> folds = problem.folds();
  std::vector<double> best = correctDrift(folds, problem.weight, kColumns, false);
  double unit =
      (dampingOf(folds[0].getDrifted().get(), kSize) + dampingOf(folds[1].getDrifted().get(), kSize)) / 2;
  auto isLeast = [&](double damping) {
    auto objective = [&](const std::vector<double> &correction) {
      double sum = problem.error(correction);
      for (double value : correction)
        sum += damping * value * value;
      return sum;
    };
    for (size_t i = 0; i < best.size(); ++i)
      for (double step : {-0.001, 0.001}) {
        std::vector<double> other = best;
        other[i] += step;
        if (objective(other) <= objective(best))
          return false;
      }
    return true;
  };
  int fitting = 0;
  for (double factor : {1, 4, 16, 64, 256})
    fitting += isLeast(factor * unit);
  EXPECT_EQ(fitting, 1);
}

TEST(DriftCorrection, IsNothingWithoutDrift) {
  Problem problem([](std::span<float>) {});
  EXPECT_TRUE(correctDrift(problem.folds(), problem.weight, kColumns, false).empty());
}

TEST(DriftCorrection, IsNothingIfTheFoldsDisagree) {
  // Activations grow in one half of the samples and shrink in the other: no weight makes good for both.
  int64_t row = 0;
  Problem problem([&](std::span<float> values) {
    float factor = row++ < kRows / 2 ? 1.25F : 0.8F;
    for (float &value : values)
      value *= factor;
  });
  EXPECT_TRUE(correctDrift(problem.folds(), problem.weight, kColumns, false).empty());
}

TEST(DriftCorrection, LeavesMeansToTheBias) {
  // A shift and nothing else: around the means there is no drift.
  Problem problem(
      [](std::span<float> row) {
        for (float &value : row)
          value += 0.5F;
      },
      /*mean=*/2);
  std::vector<double> centered = correctDrift(problem.folds(), problem.weight, kColumns, true);
  for (double value : centered)
    EXPECT_NEAR(value, 0, 1e-5);
  EXPECT_LT(problem.error(centered, true), 1e-6 * problem.error({}));
  EXPECT_FALSE(correctDrift(problem.folds(), problem.weight, kColumns, false).empty());
}

TEST(DriftCorrection, IsNothingWhereNothingIsActive) {
  Problem problem([](std::span<float> row) { std::fill(row.begin(), row.end(), 0.0F); });
  EXPECT_TRUE(correctDrift(problem.folds(), problem.weight, kColumns, false).empty());
}
