// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/TokenFlips.h"

#include "lib/Runtime/Compare.h"

namespace quern {

/// Of elements [begin, begin + length).
static size_t findLargest(const NpyArray &array, size_t begin, size_t length) {
  size_t best = length;
  long double largest = 0;
  for (size_t i = 0; i < length; ++i)
    if (long double value = elementAsNumber(array, begin + i);
        value == value && (best == length || value > largest)) {
      best = i;
      largest = value;
    }
  return best;
}

TokenFlips countTokenFlips(const NpyArray &actual, const NpyArray &expected) {
  TokenFlips result;
  if (actual.shape.empty() || actual.shape.back() < 2)
    return result;
  size_t length = actual.shape.back();
  for (size_t begin = 0, count = actual.elementCount(); begin < count; begin += length) {
    ++result.positions;
    result.flips += findLargest(actual, begin, length) != findLargest(expected, begin, length);
  }
  return result;
}

} // namespace quern
