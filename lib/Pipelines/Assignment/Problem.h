// A budgeted choice of precisions as a knapsack.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Knapsack/MultipleChoice.h"
#include "lib/Pipelines/Assignment/OpCost.h"
#include "lib/Pipelines/Assignment/Sensitivity/Sensitivity.h"
#include "lib/Recipe/Budget.h"

namespace quern {

/// Costs of each op and option.
using CostTable = std::vector<std::vector<Cost>>;

/// One sum that a choice must keep within a bound.
struct Constraint {
  std::string name;                        ///< as in --budget
  int64_t budget = 0;                      ///< of the sum, after what no choice changes
  int64_t rest = 0;                        ///< what no choice changes
  std::vector<std::vector<int64_t>> costs; ///< of each op and option
  double unit = 1;                         ///< of the user's unit for one of the sum's
  std::string unitName = "";               ///< behind numbers, "ms"

  /// What a choice takes, with what no choice changes.
  int64_t sumOf(llvm::ArrayRef<size_t> options) const;
  /// After a choice was compiled, and took more than its sum: makes the sum what it took. Where ops of the
  /// choice have activations of their own, conversions at their borders are what ops compiled alone do not
  /// show, so all such options cost more by one factor, and a choice without them what it did. Else it is
  /// what no choice changes.
  void charge(llvm::ArrayRef<AssignableOp> ops, llvm::ArrayRef<size_t> options, int64_t taken);
};

/// What is chosen, and within what.
struct AssignmentProblem {
  llvm::ArrayRef<AssignableOp> ops;
  std::vector<Constraint> constraints;

  /// The groups of the ops with their losses.
  std::vector<knapsack::Group> makeGroups(const LossTable &losses) const;
  /// The option of each op.
  std::vector<size_t> spread(const knapsack::Choice &choice) const;
  /// The least loss within the budgets. The error names a budget that cannot be kept, and the nearest that
  /// can.
  llvm::Expected<std::vector<size_t>> solve(const LossTable &losses) const;
};

} // namespace quern
