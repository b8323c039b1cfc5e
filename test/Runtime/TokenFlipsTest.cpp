// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/TokenFlips.h"

#include <gtest/gtest.h>

#include <cmath>
#include <span>

namespace quern {
namespace {

NpyArray makeArray(std::vector<int64_t> shape, const std::vector<float> &values) {
  NpyArray array;
  array.type = ElementType::Float32;
  array.shape = std::move(shape);
  auto bytes = std::as_bytes(std::span(values));
  array.data.assign(bytes.begin(), bytes.end());
  return array;
}

TEST(TokenFlips, CountsRowsWhoseLargestMoved) {
  NpyArray expected = makeArray({2, 2, 3}, {1, 2, 3, 3, 2, 1, 0, 5, 5, -1, -2, -3});
  NpyArray actual = makeArray({2, 2, 3}, {1, 2, 2.5, 2, 3, 1, 0, 4, 4.5, -1, -2, -3});
  TokenFlips flips = countTokenFlips(actual, expected);
  EXPECT_EQ(flips.positions, 4u);
  EXPECT_EQ(flips.flips, 2u); // the second row, and the third, where the first of two equal ones was expected
  EXPECT_EQ(flips.share(), 0.5);
  EXPECT_EQ(countTokenFlips(expected, expected).flips, 0u);
}

TEST(TokenFlips, NotANumberIsNeverTheLargest) {
  float nan = std::nanf("");
  EXPECT_EQ(countTokenFlips(makeArray({1, 2}, {nan, -1}), makeArray({1, 2}, {-5, -1})).flips, 0u);
  EXPECT_EQ(countTokenFlips(makeArray({1, 2}, {nan, nan}), makeArray({1, 2}, {-5, -1})).flips, 1u);
}

TEST(TokenFlips, NoPositionsWithoutScores) {
  EXPECT_EQ(countTokenFlips(makeArray({}, {1}), makeArray({}, {2})).positions, 0u);
  EXPECT_EQ(countTokenFlips(makeArray({3, 1}, {1, 2, 3}), makeArray({3, 1}, {1, 2, 3})).positions, 0u);
  EXPECT_EQ(countTokenFlips(makeArray({0, 4}, {}), makeArray({0, 4}, {})).positions, 0u);
}

} // namespace
} // namespace quern
