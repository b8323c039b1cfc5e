// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Cholesky.h"

#include "lib/Numerics/WideVectors.h"

#include <algorithm>
#include <cmath>

namespace quern {

void factorizeUpper(std::vector<double> &matrix, int64_t size) {
  withWideVectors([&]() QUERN_LOOPS {
    for (int64_t k = size - 1; k >= 0; --k) {
      double pivot = std::sqrt(matrix[k * size + k]);
      std::vector<double> column(k);
      for (int64_t i = 0; i < k; ++i)
        column[i] = matrix[i * size + k] / pivot;
      for (int64_t i = 0; i < k; ++i) {
        double factor = column[i];
        double *row = matrix.data() + i * size;
        for (int64_t j = i; j < k; ++j)
          row[j] -= factor * column[j];
        row[k] = factor;
      }
      matrix[k * size + k] = pivot;
      std::fill(matrix.begin() + k * size, matrix.begin() + k * size + k, 0.0);
    }
  });
}

std::vector<double> invertUpper(const std::vector<double> &matrix, int64_t size) {
  std::vector<double> inverse(size * size, 0.0);
  withWideVectors([&]() QUERN_LOOPS {
    for (int64_t i = size - 1; i >= 0; --i) {
      double *row = inverse.data() + i * size;
      for (int64_t k = i + 1; k < size; ++k) {
        double factor = matrix[i * size + k];
        const double *below = inverse.data() + k * size;
        for (int64_t j = k; j < size; ++j)
          row[j] -= factor * below[j];
      }
      row[i] = 1.0;
      double pivot = matrix[i * size + i];
      for (int64_t j = i; j < size; ++j)
        row[j] /= pivot;
    }
  });
  return inverse;
}

/// to[j] -= factor * from[j].
static inline QUERN_LOOPS void subtract(double *to, double factor, const double *from, int64_t count) {
  for (int64_t j = 0; j < count; ++j)
    to[j] -= factor * from[j];
}

static inline QUERN_LOOPS void divide(double *row, double pivot, int64_t count) {
  for (int64_t j = 0; j < count; ++j)
    row[j] /= pivot;
}

void solveFactorized(const std::vector<double> &upper, int64_t size, std::vector<double> &right,
                     int64_t columns) {
  withWideVectors([&]() QUERN_LOOPS {
    // R Y = B from the last row up, then R^T X = Y from the first row down.
    for (int64_t i = size - 1; i >= 0; --i) {
      double *row = right.data() + i * columns;
      for (int64_t k = i + 1; k < size; ++k)
        subtract(row, upper[i * size + k], right.data() + k * columns, columns);
      divide(row, upper[i * size + i], columns);
    }
    for (int64_t i = 0; i < size; ++i) {
      double *row = right.data() + i * columns;
      for (int64_t k = 0; k < i; ++k)
        subtract(row, upper[k * size + i], right.data() + k * columns, columns);
      divide(row, upper[i * size + i], columns);
    }
  });
}

} // namespace quern
