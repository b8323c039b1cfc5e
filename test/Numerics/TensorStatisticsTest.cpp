// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/TensorStatistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace quern;

TEST(TensorStatistics, OrderAndShardsDoNotMatter) {
  std::mt19937 generator(11);
  std::normal_distribution<float> normal;
  std::vector<std::vector<float>> samples(40);
  for (auto &sample : samples) {
    float width = std::exp(normal(generator));
    for (int i = 0; i < 24; ++i)
      sample.push_back(normal(generator) * width);
  }
  auto collect = [&](size_t begin, size_t end) {
    TensorStatistics statistics;
    for (size_t i = begin; i < end; ++i)
      statistics.add(samples[i], 3, 4);
    return statistics;
  };
  TensorStatistics whole = collect(0, samples.size());
  EXPECT_EQ(whole.findInconsistency(), "");
  for (int round = 0; round < 10; ++round) {
    std::shuffle(samples.begin(), samples.end(), generator);
    size_t cut = generator() % (samples.size() + 1);
    TensorStatistics merged = collect(0, cut);
    merged.merge(collect(cut, samples.size()));
    EXPECT_EQ(merged, whole);
  }
}

TEST(TensorStatistics, ChannelsOfRowMajorValues) {
  TensorStatistics statistics;
  std::vector<float> values = {1, 2, 3, 4, /**/ 5, 6, 7, -8}; // [2, 2, 2]
  statistics.add(values, 2, 2);
  ASSERT_EQ(statistics.channels.size(), 2u);
  EXPECT_EQ(statistics.channels[0], (ChannelRange{1, 6}));
  EXPECT_EQ(statistics.channels[1], (ChannelRange{-8, 7}));
}

TEST(TensorStatistics, ChannelsThatDifferAreDroppedWhateverTheOrder) {
  std::vector<float> two = {1, 2}, three = {1, 2, 3};
  TensorStatistics forward, backward, merged, other;
  forward.add(two, 2);
  forward.add(three, 3);
  forward.add(two, 2);
  backward.add(three, 3);
  backward.add(two, 2);
  backward.add(two, 2);
  merged.add(two, 2);
  merged.add(two, 2);
  other.add(three, 3);
  merged.merge(other);
  EXPECT_EQ(forward, backward);
  EXPECT_EQ(forward, merged);
  EXPECT_TRUE(forward.channels.empty());
}

TEST(TensorStatistics, NonFiniteValuesAreCountedAndIgnored) {
  TensorStatistics statistics;
  std::vector<float> values = {1, NAN, -2, std::numeric_limits<float>::infinity()};
  statistics.add(values, 4);
  EXPECT_EQ(statistics.nonFinite, 2);
  EXPECT_EQ(statistics.getCount(), 2);
  EXPECT_EQ(statistics.min, -2);
  EXPECT_EQ(statistics.max, 1);
  statistics.add(std::vector<float>{NAN});
  statistics.add(std::vector<float>{});
  EXPECT_EQ(statistics.samples, 1);
  EXPECT_EQ(statistics.nonFinite, 3);
  EXPECT_EQ(statistics.findInconsistency(), "");
}

TEST(TensorStatistics, NegativeZeroIsZero) {
  TensorStatistics forward, backward;
  std::vector<float> zeros = {0.0f, -0.0f}, swapped = {-0.0f, 0.0f};
  forward.add(zeros, 2);
  backward.add(swapped, 2);
  EXPECT_EQ(forward, backward);
  EXPECT_FALSE(std::signbit(forward.min));
  EXPECT_FALSE(std::signbit(backward.channels[0].min));
  EXPECT_EQ(forward.findInconsistency(), "");
}

TEST(TensorStatistics, DamageIsFound) {
  TensorStatistics good;
  good.add(std::vector<float>{-1, 0, 3}, 3);
  EXPECT_EQ(good.findInconsistency(), "");
  auto damaged = [&](auto damage) {
    TensorStatistics statistics = good;
    damage(statistics);
    return !statistics.findInconsistency().empty();
  };
  EXPECT_TRUE(damaged([](TensorStatistics &s) { s.samples = 0; }));
  EXPECT_TRUE(damaged([](TensorStatistics &s) { s.samples = -1; }));
  EXPECT_TRUE(damaged([](TensorStatistics &s) { s.samples = 4; }));
  EXPECT_TRUE(damaged([](TensorStatistics &s) { s.nonFinite = -1; }));
  EXPECT_TRUE(damaged([](TensorStatistics &s) { s.max = 4; }));
  EXPECT_TRUE(damaged([](TensorStatistics &s) { s.max = NAN; }));
  EXPECT_TRUE(damaged([](TensorStatistics &s) { s.min = -1.5f; }));
  EXPECT_TRUE(damaged([](TensorStatistics &s) { s.sumOfMaxima.add(1.0f); }));
  EXPECT_TRUE(damaged([](TensorStatistics &s) { s.histogram = Histogram(); }));
  EXPECT_TRUE(damaged([](TensorStatistics &s) { s.channels[0].max = 5; }));
}
