// Packed weights of few values in half the bytes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace quern::cpu {

/// Weights as quern_cpu.contraction holds them with `nibbles`.
struct NibbleWeights {
  std::vector<int8_t> bytes;
  llvm::SmallVector<int64_t> shape;
};

/// Packs `weights`, [batch, blocks, rows, lanes * K0] as the kernel reads them, `runRows` rows to a run. The
/// first row of a block becomes the lowest weight of each column (0 if that is higher); then byte j of two
/// rows of a run is one byte, the first row's weight less the lowest in the low half. Nothing where a column
/// of a block spans more than 16 values with zero, where runs have no two rows, or where no byte would be
/// saved against `bytesPerWeight`.
std::optional<NibbleWeights> packNibbles(llvm::ArrayRef<int8_t> weights, llvm::ArrayRef<int64_t> shape,
                                         int64_t runRows, int64_t bytesPerWeight);

} // namespace quern::cpu
