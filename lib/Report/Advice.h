// Which nodes to look at first, and what to do there: read off the changes that were tried.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Report/TriedChanges.h"

namespace quern {

struct Advice {
  size_t node = 0;
  size_t change = 0; ///< number of the change
};

/// A node is worth a word if it alone leaves at least this part of the whole model's error at the outputs.
inline constexpr double kWorthTelling = 0.01;

/// At most `count` nodes, first those whose quantization alone leaves the largest error at the outputs;
/// `whole` is the relative error of the outputs with all of them quantized. The change is the one with the
/// least error of those that keep the node on integers, if it removes half of the node's, else to leave it
/// float.
std::vector<Advice> chooseAdvice(llvm::ArrayRef<Change> changes, const TriedChanges &tried, double whole,
                                 size_t count);

} // namespace quern
