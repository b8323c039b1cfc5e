// Outputs of many runs beside those that were expected, in numbers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Runtime/LoadedModel.h"

namespace quern {

/// A line for each output, or one line of JSON: root of the mean squared difference, the largest difference,
/// the relative error |actual - expected| / |expected| of all elements together, and, where an output has
/// several positions with scores along its last axis, how often another token is the largest. Outputs are of
/// one type and shape with what is expected.
std::string formatComparison(const std::vector<TensorInfo> &infos, const std::vector<NpyArray> &actual,
                             const std::vector<NpyArray> &expected, bool json);

} // namespace quern
