// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Knapsack/SeveralBudgets.h"
#include "test/Numerics/Knapsack/RandomGroups.h"

#include <gtest/gtest.h>

using namespace quern::knapsack;

TEST(SeveralBudgets, ExactAsTryingAll) {
  for (unsigned seed = 0; seed < 10; ++seed) {
    std::vector<Group> groups = makeRandomGroups(seed, 7, 2);
    std::vector<int64_t> budgets;
    for (size_t budget : {0u, 1u}) {
      int64_t least = leastCost(groups, budget), most = totalCost(groups, Choice(7, 0), budget);
      budgets.push_back(least + (most - least) * 6 / 10);
    }
    std::optional<double> least = leastLossByTrying(groups, budgets);
    std::optional<Choice> choice = solveWithin(groups, budgets);
    ASSERT_EQ(choice.has_value(), least.has_value());
    if (!choice)
      continue;
    EXPECT_TRUE(fits(groups, *choice, budgets));
    EXPECT_NEAR(totalLoss(groups, *choice), *least, 1e-9);
  }
}

TEST(SeveralBudgets, SameAsOneBudget) {
  std::vector<Group> groups = makeRandomGroups(4, 30, 1);
  int64_t budget = (leastCost(groups) + totalCost(groups, Choice(30, 0))) / 2;
  EXPECT_NEAR(totalLoss(groups, *solveWithin(groups, std::span(&budget, 1))),
              totalLoss(groups, *solveExactly(groups, budget)), 1e-9);
}

TEST(SeveralBudgets, NearestFeasible) {
  // What is small is slow, so the two budgets pull apart.
  std::vector<Group> groups{{{{{10, 1}, 0}, {{5, 4}, 1}}}, {{{{10, 1}, 0}, {{5, 4}, 1}}}};
  std::vector<int64_t> budgets{10, 4};
  EXPECT_FALSE(solveWithin(groups, budgets));
  EXPECT_EQ(leastCostWithin(groups, budgets, 0), 20);
  EXPECT_EQ(leastCostWithin(groups, budgets, 1), 8);
  EXPECT_TRUE(solveWithin(groups, std::vector<int64_t>{10, 8}));
  EXPECT_TRUE(solveWithin(groups, std::vector<int64_t>{20, 4}));
}
