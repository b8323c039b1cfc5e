// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Observer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace quern;

static constexpr ObserverKind kAllKinds[] = {ObserverKind::MinMax,     ObserverKind::MovingAverage,
                                             ObserverKind::Percentile, ObserverKind::Entropy,
                                             ObserverKind::MSE,        ObserverKind::Norm};

static ValueRange choose(const TensorStatistics &statistics, ObserverKind kind, double percentile = 99.99) {
  ObserverOptions options;
  options.kind = kind;
  options.percentile = percentile;
  return *chooseRange(statistics, options);
}

static std::vector<float> makeNormal(size_t count, uint32_t seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float &value : values)
    value = normal(generator);
  return values;
}

TEST(Observer, NamesComeBack) {
  for (ObserverKind kind : kAllKinds)
    EXPECT_EQ(parseObserverKind(getName(kind)), kind);
  EXPECT_FALSE(parseObserverKind("minmax"));
}

TEST(Observer, NothingWithoutValues) {
  for (ObserverKind kind : kAllKinds)
    EXPECT_FALSE(chooseRange(TensorStatistics(), {kind}));
}

TEST(Observer, EveryKindHoldsZeroAndStaysInside) {
  for (float offset : {-20.0f, -1.0f, 0.0f, 1.0f, 20.0f})
    for (ObserverKind kind : kAllKinds) {
      std::vector<float> values = makeNormal(3000, 5);
      for (float &value : values)
        value += offset;
      TensorStatistics statistics;
      statistics.add(values);
      ValueRange range = choose(statistics, kind);
      EXPECT_LE(range.min, 0) << getName(kind);
      EXPECT_GE(range.max, 0) << getName(kind);
      EXPECT_LT(range.min, range.max) << getName(kind);
      EXPECT_GE(range.min, std::min(statistics.min, 0.0f)) << getName(kind);
      EXPECT_LE(range.max, std::max(statistics.max, 0.0f)) << getName(kind);
    }
}

TEST(Observer, ZerosOnlyAndSingleValues) {
  for (ObserverKind kind : kAllKinds) {
    TensorStatistics zeros, single;
    zeros.add(std::vector<float>{0, 0, 0});
    single.add(std::vector<float>{0.7f});
    EXPECT_EQ(choose(zeros, kind), (ValueRange{0, 0})) << getName(kind);
    EXPECT_EQ(choose(single, kind).min, 0) << getName(kind);
    EXPECT_NEAR(choose(single, kind).max, 0.7f, 1e-3) << getName(kind);
  }
}

TEST(Observer, MovingAverageIsTheMeanOfTheExtremes) {
  TensorStatistics statistics;
  statistics.add(std::vector<float>{-1, 2});
  statistics.add(std::vector<float>{-3, 4});
  EXPECT_EQ(choose(statistics, ObserverKind::MovingAverage), (ValueRange{-2, 3}));
}

TEST(Observer, PercentileCutsBothEnds) {
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i)
    values.push_back(static_cast<float>(i - 500)); // bins of width 0.25: each value has its own
  TensorStatistics statistics;
  statistics.add(values);
  ValueRange all = choose(statistics, ObserverKind::Percentile, 100),
             most = choose(statistics, ObserverKind::Percentile, 98);
  EXPECT_EQ(all, (ValueRange{-500, 499}));
  EXPECT_NEAR(most.min, -490, 0.5);
  EXPECT_NEAR(most.max, 489, 0.5);
}

/// One large outlier among many. Counting kinds drop it; those that weigh errors meet it part of the way.
TEST(Observer, OutliersAreClippedByAllThatLookAtTheHistogram) {
  std::vector<float> values = makeNormal(100000, 6);
  values.push_back(40.0f);
  TensorStatistics statistics;
  statistics.add(values);
  EXPECT_EQ(choose(statistics, ObserverKind::MinMax).max, 40.0f);
  for (ObserverKind kind : {ObserverKind::Percentile, ObserverKind::Entropy}) {
    EXPECT_LT(choose(statistics, kind).max, 20.0f) << getName(kind);
    EXPECT_GT(choose(statistics, kind).max, 2.5f) << getName(kind);
  }
  float squared = choose(statistics, ObserverKind::MSE).max,
        norm = choose(statistics, ObserverKind::Norm).max;
  EXPECT_LT(squared, norm);
  EXPECT_LT(norm, 40.0f);
}

TEST(Observer, SquaredErrorIsNoWorseThanMinMax) {
  for (uint32_t seed = 0; seed < 5; ++seed) {
    std::vector<float> values = makeNormal(5000, seed);
    for (float &value : values)
      value = value * value * value;
    TensorStatistics statistics;
    statistics.add(values);
    auto error = [&](ValueRange range) {
      Quantizer quantizer = chooseAsymmetric(range.min, range.max, CodeRange::unsignedBits(8));
      double sum = 0;
      for (float value : values)
        sum += std::pow(static_cast<double>(value) - static_cast<double>(quantizer.roundTrip(value)), 2);
      return sum;
    };
    EXPECT_LE(error(choose(statistics, ObserverKind::MSE)), error(choose(statistics, ObserverKind::MinMax)));
  }
}

TEST(Observer, FewerBitsClipMore) {
  TensorStatistics statistics;
  statistics.add(makeNormal(20000, 8));
  ObserverOptions four{ObserverKind::MSE}, eight{ObserverKind::MSE};
  four.codes = CodeRange::unsignedBits(4);
  EXPECT_LT(chooseRange(statistics, four)->max, chooseRange(statistics, eight)->max);
}

TEST(Observer, ResultDoesNotDependOnTheOrderOfSamples) {
  std::vector<float> first = makeNormal(500, 1), second = makeNormal(700, 2);
  TensorStatistics forward, backward;
  forward.add(first);
  forward.add(second);
  backward.add(second);
  backward.add(first);
  for (ObserverKind kind : kAllKinds)
    EXPECT_EQ(choose(forward, kind), choose(backward, kind)) << getName(kind);
}
