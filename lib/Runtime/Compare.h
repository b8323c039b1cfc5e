// Compares what a model returned with what was expected.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Support/Npy.h"

namespace quern {

struct Tolerance {
  double relative = 1e-3;
  double absolute = 1e-7;
};

struct Difference {
  bool within = true;
  size_t worstIndex = 0; ///< the element that is furthest beyond the tolerance, or nearest to it
  double actual = 0;
  double expected = 0;
  size_t failing = 0; ///< how many elements are beyond the tolerance
};

/// Element i is within where |actual - expected| <= absolute + relative * |expected|. Not-a-number equals
/// only not-a-number, an infinity only itself. The arrays have one type and shape.
Difference compareArrays(const NpyArray &actual, const NpyArray &expected, const Tolerance &tolerance);

/// Element `index` as a number; 8-bit floats are not converted and give their code.
long double elementAsNumber(const NpyArray &array, size_t index);

/// "[0, 3, 17]", the position of element `index`.
std::string describePosition(const std::vector<int64_t> &shape, size_t index);

} // namespace quern
