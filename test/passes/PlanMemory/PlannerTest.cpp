// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/PlanMemory/Planner.h"

#include "gtest/gtest.h"

#include <random>

namespace quern {
namespace {

TEST(Planner, HasNothingToPlace) {
  MemoryPlan plan = planMemory({}, 64);
  EXPECT_EQ(plan.bytes, 0);
  EXPECT_EQ(plan.lowerBound, 0);
}

TEST(Planner, SharesMemoryOfBuffersThatDoNotMeet) {
  MemoryPlan plan = planMemory({{100, 0, 1}, {100, 2, 3}}, 64);
  EXPECT_EQ(plan.bytes, 128);
  EXPECT_EQ(plan.offsets, (std::vector<int64_t>{0, 0}));
}

TEST(Planner, ClosedIntervalsThatTouchMeet) {
  MemoryPlan plan = planMemory({{64, 0, 1}, {64, 1, 2}}, 64);
  EXPECT_EQ(plan.bytes, 128);
  EXPECT_EQ(plan.lowerBound, 128);
}

TEST(Planner, TakesTheGapThatFitsBest) {
  // 128 bytes at the bottom and 64 in the middle are free when the last buffer lives.
  std::vector<PlannedBuffer> buffers = {{512, 0, 9}, {128, 0, 1}, {64, 0, 9}, {64, 2, 9}};
  MemoryPlan plan = planMemory(buffers, 64);
  EXPECT_EQ(plan.offsets[0], 0);
  EXPECT_EQ(plan.bytes, 704);
  EXPECT_EQ(plan.lowerBound, 704);
}

TEST(Planner, EmptyBuffersTakeNoRoom) { EXPECT_EQ(planMemory({{0, 0, 5}, {0, 1, 2}}, 64).bytes, 0); }

/// Whatever the input: no two buffers that live at once overlap, offsets are aligned, and the bound holds.
TEST(Planner, PlansAreValid) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<PlannedBuffer> buffers(random() % 40);
    for (PlannedBuffer &buffer : buffers) {
      buffer.bytes = random() % 5000;
      buffer.firstUse = random() % 60;
      buffer.lastUse = buffer.firstUse + random() % 12;
    }
    MemoryPlan plan = planMemory(buffers, 64);
    ASSERT_GE(plan.bytes, plan.lowerBound);
    ASSERT_LE(plan.bytes, 2 * plan.lowerBound + 64) << "greedy plans stay near the bound";
    for (size_t i = 0; i < buffers.size(); ++i) {
      ASSERT_EQ(plan.offsets[i] % 64, 0);
      ASSERT_LE(plan.offsets[i] + buffers[i].bytes, plan.bytes);
      for (size_t j = 0; j < i; ++j) {
        bool meet = buffers[i].firstUse <= buffers[j].lastUse && buffers[j].firstUse <= buffers[i].lastUse;
        bool apart = plan.offsets[i] + buffers[i].bytes <= plan.offsets[j] ||
                     plan.offsets[j] + buffers[j].bytes <= plan.offsets[i];
        ASSERT_TRUE(!meet || apart) << i << " and " << j << " in round " << round;
      }
    }
  }
}

} // namespace
} // namespace quern
