// Multiple-choice knapsack: one option of each group, least total loss, total cost within budgets. Plain C++.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace quern::knapsack {

/// What choosing it costs, one non-negative integer for each budget, and what it loses (finite).
struct Option {
  std::vector<int64_t> costs;
  double loss = 0;
};

/// Options between which exactly one is chosen; items that are tied are one group. Never empty.
struct Group {
  std::vector<Option> options;
};

/// The option of each group.
using Choice = std::vector<size_t>;

/// Sums over the chosen options.
int64_t totalCost(std::span<const Group> groups, const Choice &choice, size_t budget = 0);
double totalLoss(std::span<const Group> groups, const Choice &choice);

/// The least that a choice can cost of one budget, whatever the others allow.
int64_t leastCost(std::span<const Group> groups, size_t budget = 0);

/// True where every total cost is at most its budget.
bool fits(std::span<const Group> groups, const Choice &choice, std::span<const int64_t> budgets);

/// The same option number in every group: the one with the least loss that fits. Nothing where none does, or
/// groups differ in their number of options.
std::optional<Choice> bestUniform(std::span<const Group> groups, std::span<const int64_t> budgets);

/// By falling gain: from the cheapest options (and from the best uniform choice), what lowers the loss most
/// for its cost is taken as long as it fits; the better of the two. Nothing where the cheapest do not fit.
std::optional<Choice> greedy(std::span<const Group> groups, int64_t budget);

/// The choice with the least loss whose cost is at most `budget`, for one budget. Exact: states (cost, loss)
/// are kept after each group unless another costs no more and loses no more, or a bound (the linear
/// relaxation of the groups to come) proves that they cannot beat `greedy`. Among equal losses the cheapest,
/// then the first. Nothing where no choice fits.
std::optional<Choice> solveExactly(std::span<const Group> groups, int64_t budget);

} // namespace quern::knapsack
