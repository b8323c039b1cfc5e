// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/CPU/FormContractions/PackNibbles.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>

namespace quern::cpu {

/// The lowest weight of each column, 0 included; nothing if one spans too much.
static std::optional<std::vector<int8_t>> findLowest(llvm::ArrayRef<int8_t> block, int64_t width) {
  std::vector<int8_t> lowest(width, 0), highest(width, 0);
  for (size_t i = 0; i < block.size(); ++i) {
    lowest[i % width] = std::min(lowest[i % width], block[i]);
    highest[i % width] = std::max(highest[i % width], block[i]);
  }
  for (int64_t column = 0; column < width; ++column)
    if (highest[column] - lowest[column] > 15)
      return std::nullopt;
  return lowest;
}

std::optional<NibbleWeights> packNibbles(llvm::ArrayRef<int8_t> weights, llvm::ArrayRef<int64_t> shape,
                                         int64_t runRows, int64_t bytesPerWeight) {
  int64_t rows = shape[2], width = shape[3], runs = rows / runRows, pairs = llvm::divideCeil(runRows, 2);
  int64_t packedRows = 1 + runs * pairs;
  if (runRows < 2 || packedRows >= rows * bytesPerWeight)
    return std::nullopt;
  NibbleWeights packed{{}, {shape[0], shape[1], packedRows, width}};
  packed.bytes.reserve(shape[0] * shape[1] * packedRows * width);
  for (int64_t block = 0; block < shape[0] * shape[1]; ++block) {
    llvm::ArrayRef<int8_t> source = weights.slice(block * rows * width, rows * width);
    std::optional<std::vector<int8_t>> lowest = findLowest(source, width);
    if (!lowest)
      return std::nullopt;
    packed.bytes.insert(packed.bytes.end(), lowest->begin(), lowest->end());
    for (int64_t run = 0; run < runs; ++run)
      for (int64_t row = 0; row < runRows; row += 2)
        for (int64_t column = 0; column < width; ++column) {
          auto code = [&](int64_t at) {
            return at < runRows ? source[(run * runRows + at) * width + column] - (*lowest)[column] : 0;
          };
          packed.bytes.push_back(static_cast<int8_t>(code(row) | code(row + 1) << 4));
        }
  }
  return packed;
}

} // namespace quern::cpu
