// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/SecondMoment.h"

#include <gtest/gtest.h>

#include <random>

using namespace quern;

TEST(SecondMoment, SumsOuterProducts) {
  SecondMoment moment(2);
  moment.add(std::vector<float>{1, 2, 3, -1});
  EXPECT_EQ(moment.get(), (std::vector<double>{10, -1, -1, 5}));
}

TEST(SecondMoment, IsCenteredAroundTheMean) {
  SecondMoment moment(2);
  moment.add(std::vector<float>{1, 5, 3, 5});
  EXPECT_EQ(moment.getMean(), (std::vector<double>{2, 5}));
  EXPECT_EQ(moment.getCentered(), (std::vector<double>{2, 0, 0, 0}));
}

TEST(SecondMoment, BlocksOfAnySizeAddUpToTheSameSums) {
  // Sizes beside and beyond the blocks that are worked on at a time; small integers add up exactly.
  for (int64_t size : {1, 31, 32, 33, 70})
    for (int64_t count : {1, 63, 64, 65, 130}) {
      std::mt19937 random(static_cast<unsigned>(size * 1000 + count));
      std::vector<float> rows(size * count);
      for (float &value : rows)
        value = static_cast<float>(static_cast<int>(random() % 17) - 8);
      SecondMoment moment(size);
      moment.add(std::span(rows).first(size));
      moment.add(std::span(rows).subspan(size));
      std::vector<double> expected(size * size, 0.0);
      for (int64_t r = 0; r < count; ++r)
        for (int64_t i = 0; i < size; ++i)
          for (int64_t j = 0; j < size; ++j)
            expected[i * size + j] += rows[r * size + i] * rows[r * size + j];
      EXPECT_EQ(moment.get(), expected) << size << " " << count;
    }
}

TEST(SecondMoment, TimesSomeRowsOfAMatrix) {
  constexpr int64_t size = 37, columns = 41, first = 5, end = 30;
  std::vector<double> moment(size * size), matrix((end - first) * columns);
  for (int64_t i = 0; i < size; ++i)
    for (int64_t j = 0; j < size; ++j)
      moment[i * size + j] = static_cast<double>((i * j) % 11 + i + j);
  for (size_t i = 0; i < matrix.size(); ++i)
    matrix[i] = static_cast<double>(i % 13) - 6;
  std::vector<double> expected(size * columns, 0.0);
  for (int64_t i = 0; i < size; ++i)
    for (int64_t k = first; k < end; ++k)
      for (int64_t j = 0; j < columns; ++j)
        expected[i * columns + j] += moment[i * size + k] * matrix[(k - first) * columns + j];
  EXPECT_EQ(multiplyMoment(moment, size, first, end, matrix, columns), expected);
}

TEST(SecondMoment, SumsOfPartsAreThoseOfAll) {
  SecondMoment whole(2), first(2), second(2);
  std::vector<float> rows{1, 2, 3, -1, 4, 0};
  whole.add(rows);
  first.add(std::span(rows).first(2));
  second.add(std::span(rows).subspan(2));
  first += second;
  EXPECT_EQ(first.get(), whole.get());
  EXPECT_EQ(first.getMean(), whole.getMean());
}

TEST(CrossMoment, BlocksOfAnySizeAddUpToTheSameSums) {
  for (int64_t size : {1, 31, 32, 33, 70})
    for (int64_t count : {1, 63, 64, 65, 130}) {
      std::mt19937 random(static_cast<unsigned>(size * 1000 + count));
      std::vector<float> left(size * count), right(size * count);
      for (std::vector<float> *rows : {&left, &right})
        for (float &value : *rows)
          value = static_cast<float>(static_cast<int>(random() % 17) - 8);
      CrossMoment moment(size), rest(size);
      moment.add(std::span(left).first(size), std::span(right).first(size));
      rest.add(std::span(left).subspan(size), std::span(right).subspan(size));
      moment += rest;
      std::vector<double> expected(size * size, 0.0);
      for (int64_t r = 0; r < count; ++r)
        for (int64_t i = 0; i < size; ++i)
          for (int64_t j = 0; j < size; ++j)
            expected[i * size + j] += left[r * size + i] * right[r * size + j];
      EXPECT_EQ(std::vector<double>(moment.get().begin(), moment.get().end()), expected)
          << size << " " << count;
    }
}

TEST(CrossMoment, IsCenteredAroundBothMeans) {
  CrossMoment moment(2);
  moment.add(std::vector<float>{1, 5, 3, 5}, std::vector<float>{2, 1, 4, 3});
  EXPECT_EQ(moment.getRightMean(), (std::vector<double>{3, 2}));
  EXPECT_EQ(moment.getCentered(), (std::vector<double>{2, 2, 0, 0}));
}
