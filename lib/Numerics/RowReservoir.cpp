// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/RowReservoir.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>

namespace quern {

/// FNV-1a over the words of a row, then the finalizer of splitmix64: FNV alone leaves the high bits of short
/// rows alike.
static uint64_t hashRow(std::span<const float> row) {
  uint64_t hash = 0xcbf29ce484222325;
  for (float value : row)
    hash = (hash ^ std::bit_cast<uint32_t>(value)) * 0x100000001b3;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb;
  return hash ^ (hash >> 31);
}

void RowReservoir::add(std::span<const float> rows) {
  auto step = static_cast<size_t>(width);
  for (size_t first = 0; width > 0 && first + step <= rows.size(); first += step) {
    std::span<const float> row = rows.subspan(first, step);
    uint64_t hash = hashRow(row);
    if (count() >= capacity && (kept.empty() || hash > std::prev(kept.end())->first))
      continue;
    if (!std::all_of(row.begin(), row.end(), [](float value) { return std::isfinite(value); }))
      continue;
    kept.emplace(hash, std::vector<float>(row.begin(), row.end()));
    if (count() > capacity)
      kept.erase(std::prev(kept.end()));
  }
}

std::vector<float> RowReservoir::get() const {
  std::vector<float> rows;
  rows.reserve(kept.size() * static_cast<size_t>(width));
  for (const auto &[hash, row] : kept)
    rows.insert(rows.end(), row.begin(), row.end());
  return rows;
}

} // namespace quern
