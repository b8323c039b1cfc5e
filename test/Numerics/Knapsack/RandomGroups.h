// Problems of random numbers, small enough to try every choice.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Knapsack/MultipleChoice.h"

#include <algorithm>
#include <random>

namespace quern::knapsack {

/// Groups of three options: cheaper ones lose more, as fewer bits do.
inline std::vector<Group> makeRandomGroups(unsigned seed, size_t count, size_t budgets) {
  std::mt19937 random(seed);
  std::vector<Group> groups(count);
  for (Group &group : groups) {
    double loss = 0;
    std::vector<int64_t> costs;
    for (size_t budget = 0; budget < budgets; ++budget)
      costs.push_back(100 + int64_t(random() % 900));
    for (int option = 0; option < 3; ++option) {
      group.options.push_back({costs, loss});
      for (int64_t &cost : costs)
        cost -= cost * int64_t(1 + random() % 5) / 10;
      loss = loss * 3 + double(random() % 1000) / 1000;
    }
  }
  return groups;
}

/// The least loss of all choices that fit, by trying them.
inline std::optional<double> leastLossByTrying(const std::vector<Group> &groups,
                                               std::span<const int64_t> budgets) {
  Choice choice(groups.size(), 0);
  std::optional<double> least;
  while (true) {
    if (fits(groups, choice, budgets))
      least = std::min(least.value_or(1e300), totalLoss(groups, choice));
    size_t group = 0;
    while (group < groups.size() && ++choice[group] == groups[group].options.size())
      choice[group++] = 0;
    if (group == groups.size())
      return least;
  }
}

} // namespace quern::knapsack
