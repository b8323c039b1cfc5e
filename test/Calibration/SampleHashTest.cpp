// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/SampleHash.h"
#include "test/Calibration/TemporaryFolder.h"

using namespace quern;

TEST(SampleHash, OrderAndShardsDoNotMatter) {
  std::vector<InputSpec> inputs = {{"x", ElementType::Float32, {2}}};
  std::vector<Sample> samples;
  for (float value : {1.0f, 2.0f, 3.0f, 2.0f})
    samples.push_back({makeFloats({2}, {value, -value})});
  SampleHash forward, backward, first, second;
  for (size_t i = 0; i < samples.size(); ++i) {
    forward.add(samples[i], inputs);
    backward.add(samples[samples.size() - 1 - i], inputs);
    (i % 2 ? first : second).add(samples[i], inputs);
  }
  first.merge(second);
  EXPECT_EQ(forward, backward);
  EXPECT_EQ(forward, first);
  EXPECT_EQ(SampleHash::fromString(forward.toString()), forward);
}

TEST(SampleHash, EveryPartCounts) {
  auto hash = [](const std::string &name, const NpyArray &array, int times = 1) {
    SampleHash result;
    for (int i = 0; i < times; ++i)
      result.add({array}, {{name, array.type, array.shape}});
    return result.toString();
  };
  NpyArray array = makeFloats({2}, {1, 2});
  EXPECT_NE(hash("x", array), hash("y", array));
  EXPECT_NE(hash("x", array), hash("x", makeFloats({1, 2}, {1, 2})));
  EXPECT_NE(hash("x", array), hash("x", makeFloats({2}, {1, 3})));
  EXPECT_NE(hash("x", array), hash("x", array, 2));
  EXPECT_NE(hash("x", array), SampleHash().toString());
}

TEST(SampleHash, OtherTextIsRefused) {
  EXPECT_FALSE(SampleHash::fromString(""));
  EXPECT_FALSE(SampleHash::fromString(std::string(63, '0')));
  EXPECT_FALSE(SampleHash::fromString(std::string(64, 'g')));
  EXPECT_FALSE(SampleHash::fromString(std::string(64, 'A')));
}
