// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/MatrixProduct.h"

#include "lib/Numerics/WideVectors.h"

#include <algorithm>
#include <cstring>

namespace quern {

/// Rows whose sums stay in registers.
static constexpr int64_t kRowsOfBlock = 4;

/// A row of a block.
using Line = float __attribute__((vector_size(MatrixProduct::kColumnsOfBlock * sizeof(float))));

int64_t MatrixProduct::widthOf(int64_t block) const {
  return std::min(kColumnsOfBlock, columns - block * kColumnsOfBlock);
}

std::vector<float> MatrixProduct::computeBlock(int64_t block) const {
  int64_t width = widthOf(block);
  std::vector<Line> panel(depth, Line{});
  for (int64_t k = 0; k < depth; ++k)
    std::memcpy(&panel[k], &right[k * columns + block * kColumnsOfBlock], width * sizeof(float));
  std::vector<float> result(rows * width);
  withWideVectors([&]() QUERN_LOOPS {
    for (int64_t row = 0; row < rows; row += kRowsOfBlock) {
      const float *lines[kRowsOfBlock];
      for (int64_t i = 0; i < kRowsOfBlock; ++i) // beyond the last row, that one again
        lines[i] = left.data() + std::min(row + i, rows - 1) * depth;
      Line sums[kRowsOfBlock] = {};
      for (int64_t k = 0; k < depth; ++k)
        for (int64_t i = 0; i < kRowsOfBlock; ++i)
          sums[i] += lines[i][k] * panel[k];
      for (int64_t i = 0; i < std::min(kRowsOfBlock, rows - row); ++i)
        std::memcpy(&result[(row + i) * width], &sums[i], width * sizeof(float));
    }
  });
  return result;
}

} // namespace quern
