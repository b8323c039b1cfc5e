// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/Compare.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstring>

namespace quern {
namespace {

NpyArray floats(std::vector<float> values) {
  NpyArray array;
  array.type = ElementType::Float32;
  array.shape = {static_cast<int64_t>(values.size())};
  array.data.resize(values.size() * sizeof(float));
  if (!values.empty())
    std::memcpy(array.data.data(), values.data(), array.data.size());
  return array;
}

TEST(Compare, FindsTheWorstElement) {
  Difference difference = compareArrays(floats({1, 2, 3, 4}), floats({1, 2.5, 3, 40}), {0.1, 0});
  EXPECT_FALSE(difference.within);
  EXPECT_EQ(difference.failing, 2u);
  EXPECT_EQ(difference.worstIndex, 3u);
  EXPECT_EQ(difference.actual, 4);
  EXPECT_EQ(difference.expected, 40);
}

TEST(Compare, AddsBothTolerances) {
  EXPECT_TRUE(compareArrays(floats({111}), floats({100}), {0.1, 1}).within);
  EXPECT_FALSE(compareArrays(floats({111.5}), floats({100}), {0.1, 1}).within);
  EXPECT_FALSE(compareArrays(floats({1}), floats({1.0000001f}), {0, 0}).within);
}

TEST(Compare, NotANumberEqualsOnlyItself) {
  EXPECT_TRUE(compareArrays(floats({NAN}), floats({NAN}), {}).within);
  EXPECT_FALSE(compareArrays(floats({NAN}), floats({1}), {1e9, 1e9}).within);
  EXPECT_FALSE(compareArrays(floats({1}), floats({NAN}), {1e9, 1e9}).within);
}

TEST(Compare, InfinitiesEqualOnlyThemselves) {
  EXPECT_TRUE(compareArrays(floats({INFINITY}), floats({INFINITY}), {}).within);
  EXPECT_FALSE(compareArrays(floats({INFINITY}), floats({-INFINITY}), {1e9, 1e9}).within);
  EXPECT_FALSE(compareArrays(floats({1}), floats({INFINITY}), {1, 0}).within);
}

TEST(Compare, EmptyArraysMatch) { EXPECT_TRUE(compareArrays(floats({}), floats({}), {}).within); }

TEST(Compare, ReadsEveryElementType) {
  NpyArray array;
  array.data.resize(8, std::byte(0xFF));
  for (auto [type, value] : {std::pair(ElementType::Int8, -1.0L), std::pair(ElementType::UInt8, 255.0L),
                             std::pair(ElementType::Int16, -1.0L), std::pair(ElementType::UInt16, 65535.0L),
                             std::pair(ElementType::Int32, -1.0L), std::pair(ElementType::Int64, -1.0L)}) {
    array.type = type;
    EXPECT_EQ(elementAsNumber(array, 0), value) << elementTypeName(type);
  }
  uint16_t half = 0xC100; // -2.5
  array.type = ElementType::Float16;
  std::memcpy(array.data.data(), &half, sizeof(half));
  EXPECT_EQ(elementAsNumber(array, 0), -2.5L);
  half = 0x0001; // the smallest subnormal
  std::memcpy(array.data.data(), &half, sizeof(half));
  EXPECT_EQ(elementAsNumber(array, 0), std::ldexp(1.0L, -24));
  uint16_t brain = 0x4020; // 2.5
  array.type = ElementType(16);
  std::memcpy(array.data.data(), &brain, sizeof(brain));
  EXPECT_EQ(elementAsNumber(array, 0), 2.5L);
}

TEST(Compare, DescribesPositions) {
  EXPECT_EQ(describePosition({2, 3, 4}, 23), "[1, 2, 3]");
  EXPECT_EQ(describePosition({}, 0), "[]");
}

} // namespace
} // namespace quern
