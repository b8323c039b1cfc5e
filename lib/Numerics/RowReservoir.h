// A sample of the rows of an activation, whose choice does not depend on the order in which they come.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace quern {

/// Keeps at most `capacity` of the rows that it is given: those with the smallest hash of their bits, equal
/// rows once. So the same rows in another order give the same sample, and what is kept is a fair sample of
/// the different rows. Rows with NaN or infinite elements are left out. Holds `capacity` rows.
class RowReservoir {
public:
  RowReservoir(int64_t width, int64_t capacity) : width(width), capacity(capacity) {}

  /// Adds rows of `width` values each; an incomplete last row is left out.
  void add(std::span<const float> rows);
  int64_t getWidth() const { return width; }
  int64_t count() const { return static_cast<int64_t>(kept.size()); }
  /// The rows, [count, width] in row-major order, by rising hash.
  std::vector<float> get() const;

private:
  int64_t width, capacity;
  std::set<std::pair<uint64_t, std::vector<float>>> kept;
};

} // namespace quern
