// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/RowReservoir.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

using namespace quern;

static std::vector<std::vector<float>> makeRows(int count) {
  std::vector<std::vector<float>> rows;
  for (int i = 0; i < count; ++i)
    rows.push_back({float(i), float(i % 7)});
  return rows;
}

static std::vector<float> sampleOf(const std::vector<std::vector<float>> &rows, int64_t capacity) {
  RowReservoir reservoir(2, capacity);
  for (const std::vector<float> &row : rows)
    reservoir.add(row);
  return reservoir.get();
}

TEST(RowReservoir, DoesNotDependOnTheOrder) {
  std::vector<std::vector<float>> rows = makeRows(1000), shuffled = rows;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(3));
  EXPECT_EQ(sampleOf(rows, 64).size(), 128u);
  EXPECT_EQ(sampleOf(rows, 64), sampleOf(shuffled, 64));
}

TEST(RowReservoir, SamplesFairly) {
  std::vector<float> rows = sampleOf(makeRows(10000), 512);
  double mean = 0;
  for (size_t i = 0; i < rows.size(); i += 2)
    mean += double(rows[i]) / 512;
  // The standard deviation of this mean is 10000 / sqrt(12 * 512) = 128.
  EXPECT_NEAR(mean, 5000, 500);
}

TEST(RowReservoir, KeepsEverythingThatFitsOnce) {
  std::vector<std::vector<float>> rows = makeRows(5);
  rows.push_back(rows[2]);
  EXPECT_EQ(sampleOf(rows, 8).size(), 10u);
}

TEST(RowReservoir, LeavesOutWhatIsNotFinite) {
  EXPECT_TRUE(
      sampleOf({{1, std::numeric_limits<float>::infinity()}, {std::numeric_limits<float>::quiet_NaN(), 0}}, 8)
          .empty());
}

TEST(RowReservoir, LeavesOutIncompleteRows) {
  RowReservoir reservoir(2, 8);
  reservoir.add(std::vector<float>{1, 2, 3});
  EXPECT_EQ(reservoir.get(), (std::vector<float>{1, 2}));
}
