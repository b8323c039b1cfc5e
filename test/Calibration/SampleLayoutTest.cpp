// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/SampleLayout.h"

#include <gtest/gtest.h>

using namespace quern;

static std::pair<int64_t, std::vector<int64_t>> layout(std::vector<int64_t> stored,
                                                       std::vector<int64_t> input) {
  auto found = findLayout(stored, {"x", ElementType::Float32, input});
  return found ? std::pair(found->count, found->sampleShape) : std::pair(int64_t(-1), std::vector<int64_t>());
}
using Result = std::pair<int64_t, std::vector<int64_t>>;

TEST(SampleLayout, L1LeadingAxisOverSamples) {
  EXPECT_EQ(layout({5, 1, 640}, {1, 640}), Result(5, {1, 640}));
  EXPECT_EQ(layout({5, 98, 40}, {98, 40}), Result(5, {98, 40}));
  EXPECT_EQ(layout({7}, {}), Result(7, {}));
  EXPECT_EQ(layout({3, 2, 77}, {-1, -1}), Result(3, {2, 77}));
}

TEST(SampleLayout, L2LeadingAxisTimesTheBatch) {
  EXPECT_EQ(layout({588, 640}, {1, 640}), Result(588, {1, 640})); // the batch axis of 1 is missing
  EXPECT_EQ(layout({1, 640}, {1, 640}), Result(1, {1, 640}));
  EXPECT_EQ(layout({12, 3}, {4, 3}), Result(3, {4, 3}));
  EXPECT_EQ(layout({12, 3}, {-1, 3}), Result(12, {1, 3}));
  EXPECT_EQ(layout({0, 3}, {1, 3}), Result(0, {1, 3}));
}

TEST(SampleLayout, ScalarsAndMisfits) {
  EXPECT_EQ(layout({}, {}), Result(1, {}));
  EXPECT_EQ(layout({}, {1}).first, -1);
  EXPECT_EQ(layout({13, 3}, {4, 3}).first, -1);
  EXPECT_EQ(layout({5, 641}, {1, 640}).first, -1);
  EXPECT_EQ(layout({5, 1, 1, 640}, {1, 640}).first, -1);
  EXPECT_EQ(layout({5, 3}, {0, 3}).first, -1);
}

TEST(SampleLayout, Messages) {
  EXPECT_EQ(describeLayouts({"x", ElementType::Float32, {1, 640}}), "[N, 1, 640] or [N, 640]");
  EXPECT_EQ(describeLayouts({"x", ElementType::Float32, {4, -1}}), "[N, 4, ?] or [N * 4, ?]");
  EXPECT_EQ(describeLayouts({"x", ElementType::Float32, {}}), "[N]");
  EXPECT_EQ(describe(InputSpec{"x", ElementType::Int64, {-1, 2}}), "x: ?x2xint64");
}
