// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/ExactSum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace quern;

static ExactSum sumOf(const std::vector<float> &values) {
  ExactSum sum;
  for (float value : values)
    sum.add(value);
  return sum;
}

/// Finite floats of every exponent.
static std::vector<float> makeFloats(size_t count, uint32_t seed) {
  std::mt19937 generator(seed);
  std::vector<float> values;
  while (values.size() < count) {
    float value = std::bit_cast<float>(static_cast<uint32_t>(generator()));
    if (std::isfinite(value))
      values.push_back(value);
  }
  return values;
}

TEST(ExactSum, SingleValuesComeBack) {
  for (float value :
       {0.0f, 1.0f, -1.0f, 0.1f, std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest(),
        std::numeric_limits<float>::min(), std::numeric_limits<float>::denorm_min(), 1e-40f, -3e-45f})
    EXPECT_EQ(sumOf({value}).toDouble(), value);
  for (float value : makeFloats(10000, 1))
    ASSERT_EQ(sumOf({value}).toDouble(), value);
}

TEST(ExactSum, CancellationLosesNothing) {
  EXPECT_EQ(sumOf({1e38f, 1e-45f, -1e38f}).toDouble(), 1e-45f);
  EXPECT_EQ(sumOf({1.0f, 0x1p-30f, -1.0f}).toDouble(), 0x1p-30);
  std::vector<float> values = makeFloats(1000, 2);
  ExactSum sum = sumOf(values);
  for (float value : values)
    sum.add(-value);
  EXPECT_EQ(sum.toDouble(), 0);
  EXPECT_EQ(sum, ExactSum());
}

TEST(ExactSum, RoundsOnceHalfToEven) {
  EXPECT_EQ(sumOf({1.0f, 0x1p-53f}).toDouble(), 1.0);                      // a tie
  EXPECT_EQ(sumOf({1.0f, 0x1p-53f, 0x1p-140f}).toDouble(), 1.0 + 0x1p-52); // just above it
  EXPECT_EQ(sumOf({1.0f, 0x1p-52f, 0x1p-53f}).toDouble(), 1.0 + 0x1p-51);  // a tie from an odd number
  EXPECT_EQ(sumOf({-1.0f, -0x1p-53f, -0x1p-140f}).toDouble(), -1.0 - 0x1p-52);
}

TEST(ExactSum, OrderAndShardsDoNotMatter) {
  std::vector<float> values = makeFloats(5000, 3);
  ExactSum sum = sumOf(values);
  std::mt19937 generator(4);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(values.begin(), values.end(), generator);
    size_t cut = generator() % values.size();
    ExactSum first = sumOf({values.begin(), values.begin() + static_cast<ptrdiff_t>(cut)});
    first.merge(sumOf({values.begin() + static_cast<ptrdiff_t>(cut), values.end()}));
    EXPECT_EQ(first, sum);
    EXPECT_EQ(first.toString(), sum.toString());
  }
}

TEST(ExactSum, LargestValuesDoNotOverflow) {
  ExactSum sum;
  for (int i = 0; i < 1000; ++i)
    sum.add(std::numeric_limits<float>::max());
  ExactSum total;
  for (int i = 0; i < 1000; ++i)
    total.merge(sum);
  EXPECT_EQ(total.toDouble(), 1e6 * static_cast<double>(std::numeric_limits<float>::max()));
}

TEST(ExactSum, TextIsCanonicalAndComesBack) {
  EXPECT_EQ(ExactSum().toString(), "0");
  EXPECT_EQ(sumOf({std::numeric_limits<float>::denorm_min()}).toString(), "1");
  EXPECT_EQ(sumOf({-std::numeric_limits<float>::denorm_min()}).toString(), "-1");
  for (uint32_t seed = 0; seed < 50; ++seed) {
    ExactSum sum = sumOf(makeFloats(seed, seed));
    auto again = ExactSum::fromString(sum.toString());
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, sum);
  }
  for (const char *bad : {"", "-", "-0", "00", "01", "g", "1 ", " 1", "+1", "0x1", "A", "1-"})
    EXPECT_FALSE(ExactSum::fromString(bad)) << bad;
  EXPECT_FALSE(ExactSum::fromString(std::string(1000, '1')));
}
