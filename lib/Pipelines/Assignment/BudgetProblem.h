// A budget as a problem over the costs of ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/Problem.h"

namespace quern {

/// What `budget` allows of "size" (bytes) or "latency" (nanoseconds); `eightBit` is what the model takes with
/// the first option of each op. The budget must have that part.
int64_t limitOf(llvm::StringRef constraint, const Budget &budget, const Cost &eightBit);

/// The sums that `budget` bounds. Costs are of ops compiled alone; what the model takes beyond their sum is
/// read from `eightBit`. Losses come later; `ops` must outlive the problem.
AssignmentProblem stateProblem(llvm::ArrayRef<AssignableOp> ops, const CostTable &costs, const Cost &eightBit,
                               const Budget &budget);

/// Leaves out options, of the ops of `problem` and of their costs, that take no less than one with more bits
/// does.
void dropDominated(std::vector<AssignableOp> &ops, CostTable &costs, AssignmentProblem &problem);

/// Refuses budgets that no choice keeps, all of them, with the nearest values that can be kept.
llvm::Error checkFeasible(const AssignmentProblem &problem, const Cost &eightBit, const Budget &budget);

} // namespace quern
