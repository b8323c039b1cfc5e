// Multiple-choice knapsack with several budgets, as a mixed-integer program. The solver (COIN-OR CBC) is
// known to one file only.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Knapsack/MultipleChoice.h"

namespace quern::knapsack {

/// The choice with the least loss that keeps every budget; nothing where none does. One budget or none needs
/// no solver. The answer depends on nothing but the problem: one thread, no time limit.
std::optional<Choice> solveWithin(std::span<const Group> groups, std::span<const int64_t> budgets);

/// The least that can be spent of budget `which` while the others are kept; nothing where they cannot be.
std::optional<int64_t> leastCostWithin(std::span<const Group> groups, std::span<const int64_t> budgets,
                                       size_t which);

} // namespace quern::knapsack
