// What a compiled choice takes beyond the sum of its ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/Problem.h"

#include <gtest/gtest.h>

namespace quern {
namespace {

/// Two ops of 8 bits, 4 bits or float, and one of 8 or 4 bits.
struct ConstraintCharge : testing::Test {
  ConstraintCharge() : ops(3) {
    for (AssignableOp &op : ops)
      op.widths = 2;
    constraint = {"latency", 90, 10, {{20, 22, 40}, {30, 32, 50}, {5, 6}}};
  }
  std::vector<AssignableOp> ops;
  Constraint constraint;
};

TEST_F(ConstraintCharge, OfCodesAloneIsWhatNoChoiceChanges) {
  std::vector<size_t> chosen{0, 1, 0};
  constraint.charge(ops, chosen, constraint.sumOf(chosen) + 7);
  EXPECT_EQ(constraint.rest, 17);
  EXPECT_EQ(constraint.budget, 83);
  EXPECT_EQ(constraint.costs[0], (std::vector<int64_t>{20, 22, 40}));
}

TEST_F(ConstraintCharge, OfFloatOpsIsTheirs) {
  std::vector<size_t> codes{0, 0, 0}, chosen{0, 2, 1};
  int64_t before = constraint.sumOf(codes), taken = constraint.sumOf(chosen) + 25;
  constraint.charge(ops, chosen, taken);
  EXPECT_EQ(constraint.sumOf(chosen), taken);
  EXPECT_EQ(constraint.sumOf(codes), before);
  EXPECT_EQ(constraint.budget, 90);
  EXPECT_EQ(constraint.costs[0], (std::vector<int64_t>{20, 22, 60}));
}

TEST_F(ConstraintCharge, IsNeverNothing) {
  // A choice that does not hold must not be found again, whatever rounding made of its sum.
  for (std::vector<size_t> chosen : {std::vector<size_t>{0, 0, 0}, {2, 2, 0}}) {
    int64_t before = constraint.budget - constraint.sumOf(chosen);
    constraint.charge(ops, chosen, constraint.sumOf(chosen));
    EXPECT_LT(constraint.budget - constraint.sumOf(chosen), before);
  }
}

} // namespace
} // namespace quern
