// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Cholesky.h"

#include <gtest/gtest.h>

#include <random>

using namespace quern;

/// B B^T + I for random B.
static std::vector<double> makeDefinite(int64_t size) {
  std::mt19937 random(static_cast<unsigned>(size));
  std::normal_distribution<double> normal;
  std::vector<double> factor(size * size), matrix(size * size, 0.0);
  for (double &value : factor)
    value = normal(random);
  for (int64_t i = 0; i < size; ++i)
    for (int64_t j = 0; j < size; ++j) {
      for (int64_t k = 0; k < size; ++k)
        matrix[i * size + j] += factor[i * size + k] * factor[j * size + k];
      matrix[i * size + j] += i == j ? 1.0 : 0.0;
    }
  return matrix;
}

TEST(Cholesky, FactorsMultiplyToTheMatrix) {
  constexpr int64_t size = 19;
  std::vector<double> matrix = makeDefinite(size), upper = matrix;
  factorizeUpper(upper, size);
  for (int64_t i = 0; i < size; ++i)
    for (int64_t j = 0; j < size; ++j) {
      double product = 0;
      for (int64_t k = 0; k < size; ++k)
        product += upper[i * size + k] * upper[j * size + k];
      EXPECT_NEAR(product, matrix[i * size + j], 1e-10);
      if (j < i) {
        EXPECT_EQ(upper[i * size + j], 0);
      }
    }
}

TEST(Cholesky, TheInverseTimesTheMatrixIsTheIdentity) {
  constexpr int64_t size = 19;
  std::vector<double> upper = makeDefinite(size);
  factorizeUpper(upper, size);
  std::vector<double> inverse = invertUpper(upper, size);
  for (int64_t i = 0; i < size; ++i)
    for (int64_t j = 0; j < size; ++j) {
      double product = 0;
      for (int64_t k = 0; k < size; ++k)
        product += upper[i * size + k] * inverse[k * size + j];
      EXPECT_NEAR(product, i == j ? 1 : 0, 1e-10);
    }
}

TEST(Cholesky, SolutionsGiveTheRightSideBack) {
  constexpr int64_t columns = 5;
  for (int64_t size : {1, 2, 33}) {
    std::vector<double> matrix = makeDefinite(size), upper = matrix, right(size * columns);
    for (size_t i = 0; i < right.size(); ++i)
      right[i] = static_cast<double>(i % 7) - 3;
    factorizeUpper(upper, size);
    std::vector<double> solution = right;
    solveFactorized(upper, size, solution, columns);
    for (int64_t i = 0; i < size; ++i)
      for (int64_t j = 0; j < columns; ++j) {
        double product = 0;
        for (int64_t k = 0; k < size; ++k)
          product += matrix[i * size + k] * solution[k * columns + j];
        EXPECT_NEAR(product, right[i * columns + j], 1e-9) << size;
      }
  }
}
