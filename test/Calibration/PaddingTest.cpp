// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/Padding.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace quern;

namespace {
NpyArray makeInts(std::vector<int64_t> shape, const std::vector<int64_t> &values) {
  NpyArray array{ElementType::Int64, std::move(shape), {}};
  array.data.resize(values.size() * sizeof(int64_t));
  std::memcpy(array.data.data(), values.data(), array.data.size());
  return array;
}

NpyArray makeFloats(std::vector<int64_t> shape, const std::vector<float> &values) {
  NpyArray array{ElementType::Float32, std::move(shape), {}};
  array.data.resize(values.size() * sizeof(float));
  std::memcpy(array.data.data(), values.data(), array.data.size());
  return array;
}

template <typename T> std::vector<T> read(const NpyArray &array) {
  std::vector<T> values(array.data.size() / sizeof(T));
  std::memcpy(values.data(), array.data.data(), array.data.size());
  return values;
}

std::vector<bool> marks(const NpyArray &array) {
  std::vector<bool> marked;
  for (float value : read<float>(array))
    marked.push_back(takesNoPart(value));
  return marked;
}

/// Tokens [1, 4] and a mask [1, 4]; arrays: twice each token, then outputs as the test says.
const Sample kSample = {makeInts({1, 4}, {5, 7, 0, 0}), makeInts({1, 4}, {1, 1, 0, 0})};

std::vector<float> twice(const Sample &sample) {
  std::vector<float> values;
  for (int64_t token : read<int64_t>(sample[0]))
    values.push_back(static_cast<float>(2 * token));
  return values;
}

float maskedSum(const Sample &sample) {
  float sum = 0;
  for (size_t i = 0; i < 4; ++i)
    sum += read<int64_t>(sample[1])[i] != 0 ? twice(sample)[i] : 0.0f;
  return sum;
}
} // namespace

TEST(Padding, ElementsBehindAMaskTakeNoPart) {
  auto run = [](const Sample &sample) -> llvm::Expected<std::vector<NpyArray>> {
    return std::vector<NpyArray>{makeFloats({1, 4}, twice(sample)), makeFloats({1}, {maskedSum(sample)})};
  };
  auto arrays = runAndMarkPadding(run, {1}, kSample);
  ASSERT_TRUE(static_cast<bool>(arrays));
  EXPECT_EQ(marks((*arrays)[0]), (std::vector<bool>{false, false, true, true}));
  EXPECT_EQ(read<float>((*arrays)[1]), (std::vector<float>{24}));
}

TEST(Padding, OutputsMayChangeAtThePaddingItself) {
  auto run = [](const Sample &sample) -> llvm::Expected<std::vector<NpyArray>> {
    std::vector<float> mixed = twice(sample);
    for (float &value : mixed)
      value += maskedSum(sample);
    return std::vector<NpyArray>{makeFloats({1, 4}, mixed)};
  };
  auto arrays = runAndMarkPadding(run, {0}, kSample);
  ASSERT_TRUE(static_cast<bool>(arrays));
  EXPECT_EQ(marks((*arrays)[0]), (std::vector<bool>{false, false, true, true}));
}

TEST(Padding, ZerosAndOnesThatHideNothingAreNoMask) {
  auto run = [](const Sample &sample) -> llvm::Expected<std::vector<NpyArray>> {
    float sum = 0;
    for (float value : twice(sample))
      sum += value;
    return std::vector<NpyArray>{makeFloats({1, 4}, twice(sample)), makeFloats({1}, {sum})};
  };
  auto arrays = runAndMarkPadding(run, {1}, kSample);
  ASSERT_TRUE(static_cast<bool>(arrays));
  EXPECT_EQ(marks((*arrays)[0]), std::vector<bool>(4, false));
}

TEST(Padding, PositionsThatNeverMeetTellNothing) {
  // Each position has its own output: the zeros may be a feature like any other.
  auto run = [](const Sample &sample) -> llvm::Expected<std::vector<NpyArray>> {
    return std::vector<NpyArray>{makeFloats({1, 4}, twice(sample))};
  };
  auto arrays = runAndMarkPadding(run, {0}, kSample);
  ASSERT_TRUE(static_cast<bool>(arrays));
  EXPECT_EQ(marks((*arrays)[0]), std::vector<bool>(4, false));
}

TEST(Padding, MadeUpDataThatIsRefusedTellsNothing) {
  int runs = 0;
  auto run = [&](const Sample &sample) -> llvm::Expected<std::vector<NpyArray>> {
    if (++runs > 1)
      return llvm::createStringError("an index is out of range");
    return std::vector<NpyArray>{makeFloats({1, 4}, twice(sample)), makeFloats({1}, {maskedSum(sample)})};
  };
  auto arrays = runAndMarkPadding(run, {1}, kSample);
  ASSERT_TRUE(static_cast<bool>(arrays));
  EXPECT_EQ(marks((*arrays)[0]), std::vector<bool>(4, false));
  EXPECT_EQ(runs, 2);
}
