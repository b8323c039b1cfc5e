// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/SampleExtents.h"
#include "test/Calibration/TemporaryFolder.h"

using namespace quern;

namespace {

using SampleExtentsTest = TemporaryFolder;

const std::vector<InputSpec> kOpen = {{"x", ElementType::Float32, {-1, -1}},
                                      {"y", ElementType::Float32, {-1}}};

std::string describeExtents(const std::string &path) {
  auto samples = openSamples(path, kOpen);
  if (!samples)
    return llvm::toString(samples.takeError());
  auto extents = findExtents(**samples);
  if (!extents)
    return llvm::toString(extents.takeError());
  std::string text;
  for (const auto &ranges : *extents) {
    for (ExtentRange range : ranges)
      text += std::to_string(range.min) + "-" + std::to_string(range.max) + " ";
    text += "/ ";
  }
  Sample first;
  return text + (cantFail((*samples)->next(first)) ? "rewound" : "at the end");
}

} // namespace

TEST_F(SampleExtentsTest, SamplesWithoutTheBatchAxis) {
  std::string path =
      writeNpz("a.npz", {{"x", makeFloats({2, 3}, {1, 2, 3, 4, 5, 6})}, {"y", makeFloats({2}, {1, 2})}});
  EXPECT_EQ(describeExtents(path), "1-1 3-3 / 1-1 / rewound");
}

TEST_F(SampleExtentsTest, SamplesThatDiffer) {
  writeNpz("data/a.npz", {{"x", makeFloats({1, 2, 1}, {1, 2})}, {"y", makeFloats({1, 1}, {0})}});
  writeNpz("data/b.npz", {{"x", makeFloats({1, 1, 4}, {1, 2, 3, 4})}, {"y", makeFloats({1, 1}, {0})}});
  EXPECT_EQ(describeExtents(path("data")), "1-2 1-4 / 1-1 / rewound");
}

TEST_F(SampleExtentsTest, WhatTheDataRefuses) {
  std::string path = writeNpz("a.npz", {{"x", makeFloats({1, 2}, {1, 2})}});
  EXPECT_NE(describeExtents(path).find("no array for the input y"), std::string::npos);
}
