// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/RowQuantizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace quern;

static constexpr float kInfinity = std::numeric_limits<float>::infinity();

static Quantizer choose(std::vector<float> row) { return chooseRowQuantizer(row); }

TEST(RowQuantizer, HoldsZeroAndTheExtremes) {
  Quantizer both = choose({-1.0f, 0.5f, 1.55f});
  EXPECT_EQ(both.scale, 2.55f / 255.0f);
  EXPECT_EQ(both.zeroPoint, 100);
  EXPECT_EQ(both.quantize(-1.0f), 0);
  EXPECT_EQ(both.quantize(1.55f), 255);
  EXPECT_EQ(both.roundTrip(0.0f), 0.0f);
  EXPECT_EQ(choose({3.0f, 255.0f}).zeroPoint, 0);
  EXPECT_EQ(choose({3.0f, 255.0f}).scale, 1.0f);
  EXPECT_EQ(choose({-3.0f, -255.0f}).zeroPoint, 255);
}

TEST(RowQuantizer, RowsWithoutARangeHaveScaleOne) {
  for (std::vector<float> row : {std::vector<float>{}, {0.0f, -0.0f}, {1e-40f, -1e-42f}, {0x1p-126f}}) {
    EXPECT_EQ(choose(row).scale, 1.0f);
    EXPECT_EQ(choose(row).zeroPoint, 0);
  }
  EXPECT_EQ(choose({255 * 0x1p-126f}).scale, 0x1p-126f) << "the least scale is the least normal number";
}

TEST(RowQuantizer, ExtremesAreFinite) {
  Quantizer wide = choose({-3e38f, 3e38f, kInfinity});
  EXPECT_EQ(wide.scale, 0x1p127f / 255.0f);
  EXPECT_EQ(wide.zeroPoint, 127); // the scale has been rounded up
  EXPECT_EQ(wide.quantize(kInfinity), 255);
  EXPECT_EQ(wide.quantize(-kInfinity), 0);
}

TEST(RowQuantizer, NotANumberHasNoPart) {
  float nan = std::numeric_limits<float>::quiet_NaN();
  for (std::vector<float> row :
       {std::vector<float>{nan, -1.0f, 1.55f}, {-1.0f, nan, 1.55f}, {-1.0f, 1.55f, nan}}) {
    EXPECT_EQ(choose(row).scale, 2.55f / 255.0f);
    EXPECT_EQ(choose(row).zeroPoint, 100);
  }
  EXPECT_EQ(choose({-1.0f, 1.55f}).quantize(nan), 0);
}

TEST(RowQuantizer, DoesNotDependOnTheOrder) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<float> row(37);
  for (float &x : row)
    x = normal(random);
  Quantizer first = choose(row);
  for (int i = 0; i < 20; ++i) {
    std::shuffle(row.begin(), row.end(), random);
    EXPECT_EQ(choose(row).scale, first.scale);
    EXPECT_EQ(choose(row).zeroPoint, first.zeroPoint);
  }
}

/// The accumulator's real value against the sum of the reals that the codes stand for, in double.
TEST(RowQuantizer, AccumulatorsAreSumsOfProducts) {
  std::mt19937 random(8);
  std::normal_distribution<float> normal;
  for (int round = 0; round < 50; ++round) {
    std::vector<float> row(64);
    for (float &x : row)
      x = normal(random) + float(round % 5);
    Quantizer quantizer = choose(row);
    int32_t accumulator = 0, columnSum = 0;
    double exact = 0, magnitude = 0;
    for (float x : row) {
      int32_t weight = int32_t(random() % 255) - 127, code = quantizer.quantize(x);
      accumulator += code * weight;
      columnSum += weight;
      double term = double(code - quantizer.zeroPoint) * quantizer.scale * weight * 0.01f;
      exact += term;
      magnitude += std::abs(term);
    }
    EXPECT_NEAR(dequantizeRowAccumulator(accumulator, columnSum, quantizer, 0.01f), exact, 1e-6 * magnitude);
  }
}

TEST(RowQuantizer, EachStepOfADequantizationRoundsOnce) {
  Quantizer row{0.1f, 3, CodeRange::unsignedBits(8)};
  float scale = 0.1f * 0.3f;
  EXPECT_EQ(dequantizeRowAccumulator((1 << 24) + 1 + 3 * 5, 5, row, 0.3f), 0x1p24f * scale);
}
