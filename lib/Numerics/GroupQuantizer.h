// Weights of a matrix product in groups: each group of consecutive rows of one column has its own scale.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Quantizer.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace quern {

/// A row-major matrix [rows, columns] whose columns are the channels of the product's result. Groups are
/// `groupSize` consecutive rows of a column; the last group of a column may be shorter.
struct GroupLayout {
  int64_t rows, columns, groupSize;

  int64_t groups() const { return (rows + groupSize - 1) / groupSize; }
  int64_t firstRow(int64_t group) const { return group * groupSize; }
  int64_t endRow(int64_t group) const { return std::min(rows, (group + 1) * groupSize); }
  /// Where the parameters of a row and column are in [groups, columns].
  int64_t parameter(int64_t row, int64_t column) const { return row / groupSize * columns + column; }
};

/// The codes that a weight may have: symmetric ones are signed with zero point 0 (the lowest is left unused),
/// asymmetric ones unsigned.
struct GroupFormat {
  unsigned bits;
  bool isSymmetric;

  CodeRange codes() const {
    return isSymmetric ? CodeRange::symmetricBits(bits) : CodeRange::unsignedBits(bits);
  }
  /// The quantizer whose codes reach from `min` to `max`, with a scale of at least `leastScale`; see
  /// chooseSymmetric and chooseAsymmetric.
  Quantizer choose(float min, float max, float leastScale = 0) const;
};

/// Codes [rows, columns], and one quantizer for each group and column, [groups, columns].
struct GroupCodes {
  std::vector<Quantizer> quantizers;
  std::vector<int16_t> codes;
};

/// Round to nearest: each group's quantizer spans its extremes. `weight` is finite.
GroupCodes quantizeGroups(std::span<const float> weight, const GroupLayout &layout, GroupFormat format);

/// The real values of codes, [rows, columns].
std::vector<float> dequantizeGroups(const GroupCodes &codes, const GroupLayout &layout);

} // namespace quern
