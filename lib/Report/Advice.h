// Which nodes to look at first, and what to do there: read off the changes that were tried.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Report/TriedChanges.h"

namespace quern {

struct Advice {
  size_t node = 0;
  std::optional<size_t> change; ///< number of the change; nothing where none that was tried helps
};

/// A change helps if the relative squared error of the outputs falls by this part at least.
inline constexpr double kWorthwhile = 0.02;

/// At most `count` nodes: first those at which some change lowers the error of the outputs most. The change
/// of a node is the one with the least error; but one that keeps the node on integers is taken if it has at
/// least half of the effect.
std::vector<Advice> chooseAdvice(llvm::ArrayRef<Change> changes, const TriedChanges &tried, size_t count);

} // namespace quern
