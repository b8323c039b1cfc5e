// How often another element of a row is the largest.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Support/Npy.h"

namespace quern {

/// Of outputs whose last axis is a score for each token (or class): the positions, rows along that axis, at
/// which the largest score is of another token than expected. With the same inputs at every position, as in a
/// comparison of stored outputs, this is the token-flip rate under teacher forcing.
struct TokenFlips {
  size_t positions = 0;
  size_t flips = 0;

  double share() const { return positions ? double(flips) / double(positions) : 0; }
};

/// The first of equal elements is the largest, and not-a-number is none. The arrays have one type and shape;
/// without an axis of at least two elements there are no positions.
TokenFlips countTokenFlips(const NpyArray &actual, const NpyArray &expected);

} // namespace quern
