// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/Statistics.h"
#include "test/Calibration/TemporaryFolder.h"

#include <algorithm>
#include <cmath>
#include <random>

using namespace quern;

static Statistics collect(const std::vector<std::vector<float>> &samples) {
  Statistics statistics;
  statistics.modelHash = "abc";
  statistics.settings["dim batch"] = "1";
  for (const std::vector<float> &sample : samples) {
    int64_t size = static_cast<int64_t>(sample.size());
    statistics.dataHash.add({makeFloats({size}, sample)}, {{"x", ElementType::Float32, {size}}});
    ++statistics.samples;
    statistics.values["x"].add(sample, size);
    std::vector<float> squares;
    for (float value : sample)
      squares.push_back(value * value);
    statistics.values["relu \"4\"\n"].add(squares);
  }
  statistics.values["unused"];
  return statistics;
}

static std::vector<std::vector<float>> makeSamples() {
  std::mt19937 generator(3);
  std::normal_distribution<float> normal;
  std::vector<std::vector<float>> samples(20, std::vector<float>(16));
  for (auto &sample : samples)
    for (float &value : sample)
      value = normal(generator) * std::exp(3 * normal(generator));
  return samples;
}

static std::string errorOf(const std::string &text) {
  llvm::Expected<Statistics> statistics = Statistics::fromJSON(text);
  return statistics ? "" : llvm::toString(statistics.takeError());
}

TEST(Statistics, ShuffledSamplesAndMergedShardsGiveEqualBytes) {
  std::vector<std::vector<float>> samples = makeSamples();
  std::string whole = collect(samples).toJSON();
  std::mt19937 generator(1);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(samples.begin(), samples.end(), generator);
    EXPECT_EQ(collect(samples).toJSON(), whole);
    auto middle = samples.begin() + static_cast<ptrdiff_t>(generator() % samples.size());
    Statistics first = collect({samples.begin(), middle}), second = collect({middle, samples.end()});
    ASSERT_FALSE(static_cast<bool>(first.merge(second)));
    EXPECT_EQ(first.toJSON(), whole);
  }
}

TEST(Statistics, JSONComesBackToTheBit) {
  Statistics statistics = collect(makeSamples());
  statistics.values["x"].nonFinite = 2;
  statistics.values["zeros"].add(std::vector<float>{0, 0}, 1, 2);
  statistics.values["extremes"].add(std::vector<float>{1e-45f, 3.4028235e38f, 0.1f});
  statistics.values["channel without values"].add(std::vector<float>{1, NAN}, 2);
  llvm::Expected<Statistics> again = Statistics::fromJSON(statistics.toJSON());
  ASSERT_TRUE(static_cast<bool>(again)) << llvm::toString(again.takeError());
  EXPECT_EQ(*again, statistics);
  EXPECT_EQ(again->toJSON(), statistics.toJSON());
}

TEST(Statistics, NamesThatAreNotUTF8ArePrintable) {
  Statistics statistics;
  statistics.values["\xff\xfe"].add(std::vector<float>{1});
  statistics.settings["dim"] = "\xc0";
  EXPECT_EQ(errorOf(statistics.toJSON()), "");
}

TEST(Statistics, OtherModelsAndSettingsDoNotMerge) {
  Statistics one = collect(makeSamples()), model = one, settings = one;
  model.modelHash = "def";
  settings.settings["dim batch"] = "2";
  EXPECT_TRUE(contains(llvm::toString(one.merge(model)), "different models"));
  EXPECT_TRUE(contains(llvm::toString(one.merge(settings)), "dim batch=1; dim batch=2"));
}

TEST(Statistics, DamagedJSONIsRefused) {
  std::string good = collect({{1, 2, 3}, {-1, 0, 4}}).toJSON();
  ASSERT_EQ(errorOf(good), "");
  auto replaced = [&](const std::string &from, const std::string &to) {
    std::string text = good;
    size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return errorOf(text.replace(at, from.size(), to));
  };
  EXPECT_TRUE(contains(errorOf(""), "not JSON"));
  EXPECT_TRUE(contains(errorOf("[]"), "expected an object"));
  EXPECT_TRUE(contains(errorOf("{}"), "'version'"));
  EXPECT_TRUE(contains(errorOf(std::string(1000000, '[')), "nested more than 64 deep"));
  EXPECT_TRUE(contains(replaced("\"version\": 1", "\"version\": 2"), "version 2 is not the version 1"));
  EXPECT_TRUE(contains(replaced("\"version\": 1", "\"version\": 1, \"more\": 1"), "unknown key 'more'"));
  EXPECT_TRUE(contains(replaced("\"max\":4", "\"max\": 5"), "value 'x'"));
  EXPECT_TRUE(contains(replaced("\"max\":4", "\"max\": 1e300"), "'max'"));
  EXPECT_TRUE(contains(replaced("\"max\":4", "\"max\": 0.1"), "single-precision"));
  EXPECT_TRUE(contains(replaced("\"max\":4", "\"max\": null"), "'max'"));
  EXPECT_TRUE(contains(replaced("\"first-bin\":", "\"first-bin\": 9999999999"), "'histogram'"));
  EXPECT_TRUE(contains(replaced("\"counts\":[", "\"counts\": [-1, "), "'histogram'"));
  EXPECT_TRUE(contains(replaced("\"samples\": 2", "\"samples\": -2"), "samples"));
  EXPECT_TRUE(contains(replaced("\"sum-of-maxima\":\"", "\"sum-of-maxima\": \"0"), "exact sum"));
  EXPECT_TRUE(contains(replaced("\"data\": \"", "\"data\": \"0"), "'data'"));
  EXPECT_TRUE(contains(replaced("\"settings\": {", "\"settings\": {\"n\": 1, "), "setting 'n'"));
  for (size_t cut = 0; cut < good.size() - 2; cut += 7)
    EXPECT_NE(errorOf(good.substr(0, cut)), "");
}

using StatisticsFile = TemporaryFolder;

TEST_F(StatisticsFile, WrittenAndRead) {
  Statistics statistics = collect(makeSamples());
  ASSERT_FALSE(static_cast<bool>(writeStatistics(path("calib.json"), statistics)));
  llvm::Expected<Statistics> again = readStatistics(path("calib.json"));
  ASSERT_TRUE(static_cast<bool>(again));
  EXPECT_EQ(*again, statistics);
  llvm::Expected<Statistics> missing = readStatistics(path("none.json"));
  ASSERT_FALSE(static_cast<bool>(missing));
  EXPECT_TRUE(contains(llvm::toString(missing.takeError()), "none.json"));
}
