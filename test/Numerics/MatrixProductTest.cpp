// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/MatrixProduct.h"

#include <gtest/gtest.h>

#include <random>

namespace quern {
namespace {

std::vector<float> randomFloats(int64_t count) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float &value : values)
    value = normal(random);
  return values;
}

/// Rows and columns on both sides of what a block holds.
class MatrixProductTest : public testing::TestWithParam<std::pair<int64_t, int64_t>> {};

TEST_P(MatrixProductTest, SumsInTheOrderOfTheDepth) {
  auto [rows, columns] = GetParam();
  constexpr int64_t depth = 37;
  std::vector<float> left = randomFloats(rows * depth), right = randomFloats(depth * columns);
  MatrixProduct product{left, right, rows, depth, columns};
  int64_t seen = 0;
  for (int64_t block = 0; block < product.blocks(); ++block) {
    std::vector<float> values = product.computeBlock(block);
    int64_t width = product.widthOf(block);
    ASSERT_EQ(values.size(), size_t(rows * width));
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t j = 0; j < width; ++j) {
        volatile float sum = 0; // rounded after every step, with nothing fused
        for (int64_t k = 0; k < depth; ++k) {
          volatile float term = left[row * depth + k] * right[k * columns + seen + j];
          sum = sum + term;
        }
        EXPECT_EQ(values[row * width + j], sum) << row << ", " << seen + j;
      }
    seen += width;
  }
  EXPECT_EQ(seen, columns);
}

INSTANTIATE_TEST_SUITE_P(Sizes, MatrixProductTest,
                         testing::Values(std::pair(1, 1), std::pair(4, 16), std::pair(5, 17),
                                         std::pair(7, 31)));

} // namespace
} // namespace quern
