// The time of nodes in two compiled models side by side.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <string>
#include <vector>

namespace quern {

/// What a model compiled with --profile counted.
struct ProfiledTimes {
  double medianMicroseconds = 0; ///< of a whole run
  int64_t runs = 0;
  std::vector<std::string> names; ///< what each counter counts: nodes, joined by " + "
  std::vector<double> microseconds;
};

/// Nodes whose times cannot be told apart in one of the models, because it computes them together.
struct TimeGroup {
  std::vector<std::string> nodes;  ///< in the order of the counters
  double quantized = 0, exact = 0; ///< microseconds; of the quantized model, of the float model
};

/// The smallest such groups. `known` are the names of the model's nodes, which may hold " + " themselves; a
/// counter's name that is not made of them is a node of its own.
std::vector<TimeGroup> groupTimes(const ProfiledTimes &quantized, const ProfiledTimes &exact,
                                  llvm::ArrayRef<std::string> known);

} // namespace quern
