// What the weight of a quantized node is, and how it is coded.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/TensorStatistics.h"
#include "lib/Report/Cause.h"
#include "lib/Report/ComparedModel.h"

#include <string>

namespace quern {

struct WeightStatistics {
  WeightFacts facts;
  bool isSigned = true;
  int64_t groupSize = 0;   ///< rows that share a scale; 0: a channel or the tensor does
  int64_t elements = 0;    ///< of the weight
  int64_t bytes = 0;       ///< of codes, scales, zero points and bias, as the hub form stores them
  int64_t floatBytes = 0;  ///< of weight and bias in f32
  TensorStatistics values; ///< of the float weight, as the methods have left it
  int64_t axis = -1, channels = 1, inner = 1; ///< of the codes' layout: [outer, channels, inner]

  std::string granularity() const;
};

/// Nothing where the node has no weight that became codes.
std::optional<WeightStatistics> describeWeight(const ComparedNode &node);

/// The elements of the float weight in the layout of the codes, factors that these have taken in applied.
std::vector<float> readFloatWeight(const ComparedNode &node);

} // namespace quern
