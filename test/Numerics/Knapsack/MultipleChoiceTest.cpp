// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/Numerics/Knapsack/RandomGroups.h"

#include <gtest/gtest.h>

using namespace quern::knapsack;

static int64_t share(const std::vector<Group> &groups, double part) {
  int64_t least = leastCost(groups), most = totalCost(groups, Choice(groups.size(), 0));
  return least + int64_t(part * double(most - least));
}

TEST(MultipleChoice, ExactAsTryingAll) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    std::vector<Group> groups = makeRandomGroups(seed, 8, 1);
    for (double part : {0.0, 0.2, 0.5, 0.8, 1.0}) {
      int64_t budget = share(groups, part);
      std::optional<Choice> choice = solveExactly(groups, budget);
      ASSERT_TRUE(choice);
      EXPECT_LE(totalCost(groups, *choice), budget);
      EXPECT_NEAR(totalLoss(groups, *choice), *leastLossByTrying(groups, std::span(&budget, 1)), 1e-12);
    }
  }
}

TEST(MultipleChoice, ExactThenGreedyThenUniform) {
  int better = 0;
  for (unsigned seed = 0; seed < 30; ++seed) {
    std::vector<Group> groups = makeRandomGroups(seed, 60, 1);
    int64_t budget = share(groups, 0.6);
    double exact = totalLoss(groups, *solveExactly(groups, budget)),
           fast = totalLoss(groups, *greedy(groups, budget));
    EXPECT_LE(exact, fast + 1e-12);
    if (std::optional<Choice> uniform = bestUniform(groups, std::span(&budget, 1))) {
      EXPECT_LE(fast, totalLoss(groups, *uniform) + 1e-12);
      better += exact < totalLoss(groups, *uniform) - 1e-6;
    }
  }
  EXPECT_GT(better, 10);
}

TEST(MultipleChoice, BudgetOfTheDearestGivesTheLeastLoss) {
  std::vector<Group> groups = makeRandomGroups(1, 40, 1);
  EXPECT_EQ(*solveExactly(groups, totalCost(groups, Choice(40, 0))), Choice(40, 0));
}

TEST(MultipleChoice, LargerBudgetsAreNeverWorse) {
  std::vector<Group> groups = makeRandomGroups(2, 50, 1);
  double before = 1e300;
  for (int step = 0; step <= 50; ++step) {
    double loss = totalLoss(groups, *solveExactly(groups, share(groups, step / 50.0)));
    EXPECT_LE(loss, before + 1e-12);
    before = loss;
  }
}

TEST(MultipleChoice, NothingFits) {
  std::vector<Group> groups = makeRandomGroups(3, 5, 1);
  EXPECT_FALSE(solveExactly(groups, leastCost(groups) - 1));
  EXPECT_FALSE(greedy(groups, leastCost(groups) - 1));
  EXPECT_TRUE(solveExactly(groups, leastCost(groups)));
}

TEST(MultipleChoice, OtherCostsGiveAnotherChoice) {
  std::vector<Group> groups{{{{{10}, 0}, {{5}, 1}}}, {{{{10}, 0}, {{5}, 1.5}}}};
  EXPECT_EQ(*solveExactly(groups, 15), (Choice{1, 0}));
  groups[0].options[1].costs[0] = 9; // saves little now
  EXPECT_EQ(*solveExactly(groups, 15), (Choice{0, 1}));
}

TEST(MultipleChoice, LossesMayBeNegative) {
  std::vector<Group> groups{{{{{10}, 0}, {{5}, -1}}}, {{{{10}, 0}, {{5}, 2}}}};
  EXPECT_EQ(*solveExactly(groups, 20), (Choice{1, 0}));
}
