// Products of matrices in f32.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace quern {

/// X W for X [rows, depth] and W [depth, columns], both row-major. Each element is summed in f32 in the order
/// of the depth, so that every machine computes the same bits.
struct MatrixProduct {
  std::span<const float> left, right;
  int64_t rows, depth, columns;

  /// Columns are computed in blocks, which are independent.
  static constexpr int64_t kColumnsOfBlock = 16;
  int64_t blocks() const { return (columns + kColumnsOfBlock - 1) / kColumnsOfBlock; }
  /// How many columns a block has: the last one may have fewer.
  int64_t widthOf(int64_t block) const;
  /// [rows, widthOf(block)].
  std::vector<float> computeBlock(int64_t block) const;
};

} // namespace quern
