// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

using namespace quern;

static Histogram histogramOf(std::vector<float> values) {
  Histogram histogram;
  histogram.add(values);
  return histogram;
}

TEST(Histogram, WidthFollowsTheLargestMagnitude) {
  EXPECT_EQ(histogramOf({1.0f}).getExponent(), -10); // 1 < 2048 * 2^-10, not < 2048 * 2^-11
  EXPECT_EQ(histogramOf({std::nextafter(1.0f, 0.0f)}).getExponent(), -11);
  EXPECT_EQ(histogramOf({-1.0f}).getExponent(), -10);
  EXPECT_EQ(histogramOf({std::numeric_limits<float>::max()}).getExponent(), Histogram::kLargestExponent);
  EXPECT_EQ(histogramOf({std::numeric_limits<float>::denorm_min()}).getExponent(),
            Histogram::kSmallestExponent);
}

TEST(Histogram, BinsAreHalfOpen) {
  Histogram histogram = histogramOf({1024.0f, 1.0f, 1.5f, 2.0f, -1.0f, -0.5f, 0.5f, 0.0f, -0.0f}); // width 1
  ASSERT_EQ(histogram.getBinWidth(), 1.0);
  EXPECT_EQ(histogram.getCount(1), 2);
  EXPECT_EQ(histogram.getCount(2), 1);
  EXPECT_EQ(histogram.getCount(-1), 2);
  EXPECT_EQ(histogram.getCount(0), 1);
  EXPECT_EQ(histogram.getZeros(), 2);
  EXPECT_EQ(histogram.getTotal(), 9);
  EXPECT_EQ(histogram.getOccupiedBins(), std::pair(-1, 1025));
}

TEST(Histogram, OrderAndShardsDoNotMatter) {
  std::mt19937 generator(7);
  std::vector<float> values;
  for (int i = 0; i < 4000; ++i)
    values.push_back(
        std::ldexp(static_cast<float>(generator() % 2001) - 1000, static_cast<int>(generator() % 60) - 30));
  Histogram whole = histogramOf(values);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(values.begin(), values.end(), generator);
    Histogram one, other;
    for (size_t i = 0; i < values.size(); ++i)
      (i % 3 ? one : other).add(std::span(values).subspan(i, 1));
    Histogram merged = one;
    merged.merge(other);
    EXPECT_EQ(merged, whole);
    other.merge(one);
    EXPECT_EQ(other, whole);
  }
}

TEST(Histogram, GrowsAcrossTheWholeRangeOfF32) {
  Histogram histogram;
  std::vector<float> values = {std::numeric_limits<float>::denorm_min(),
                               -std::numeric_limits<float>::denorm_min()};
  histogram.add(values);
  std::vector<float> large = {std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()};
  histogram.add(large);
  EXPECT_EQ(histogram.getCount(0), 1);
  EXPECT_EQ(histogram.getCount(-1), 1);
  EXPECT_EQ(histogram.getCount(2047), 1);
  EXPECT_EQ(histogram.getCount(-2048), 1);
}

TEST(Histogram, MergingWithZerosOnly) {
  Histogram zeros = histogramOf({0.0f, 0.0f}), some = histogramOf({1.0f});
  Histogram first = zeros, second = some;
  first.merge(some);
  second.merge(zeros);
  EXPECT_EQ(first, second);
  EXPECT_EQ(first.getTotal(), 3);
  EXPECT_EQ(zeros.getOccupiedBins(), std::pair(0, 0));
}

TEST(Histogram, CreateRefusesWhatCannotBe) {
  std::array<int64_t, 2> counts = {1, 2}, negative = {1, -1}, huge = {int64_t(1) << 62, 1};
  EXPECT_TRUE(Histogram::create(0, 0, 0, counts));
  EXPECT_TRUE(Histogram::create(0, 0, 2046, counts));
  EXPECT_FALSE(Histogram::create(0, 0, 2047, counts));
  EXPECT_FALSE(Histogram::create(0, 0, -2049, counts));
  EXPECT_FALSE(Histogram::create(0, -1, 0, counts));
  EXPECT_FALSE(Histogram::create(118, 0, 0, counts));
  EXPECT_FALSE(Histogram::create(-160, 0, 0, counts));
  EXPECT_FALSE(Histogram::create(0, 0, 0, negative));
  EXPECT_FALSE(Histogram::create(0, 1, 0, huge));
}
