// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/Problem.h"

#include "lib/Numerics/Knapsack/SeveralBudgets.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace mlir;

namespace quern {

int64_t Constraint::sumOf(ArrayRef<size_t> options) const {
  int64_t sum = rest;
  for (auto [ofOp, option] : llvm::zip_equal(costs, options))
    sum += ofOp[option];
  return sum;
}

void Constraint::charge(ArrayRef<AssignableOp> ops, ArrayRef<size_t> options, int64_t taken) {
  int64_t unseen = std::max<int64_t>(taken - sumOf(options), 1), ofOthers = 0;
  for (auto [op, ofOp, option] : llvm::zip_equal(ops, costs, options))
    ofOthers += op.hasOtherActivations(option) ? ofOp[option] : 0;
  if (ofOthers == 0) {
    rest += unseen;
    budget -= unseen;
    return;
  }
  double factor = 1 + double(unseen) / double(ofOthers);
  for (auto [op, ofOp] : llvm::zip_equal(ops, costs))
    for (size_t option = op.widths; option < ofOp.size(); ++option)
      ofOp[option] = int64_t(std::ceil(double(ofOp[option]) * factor));
}

std::vector<knapsack::Group> AssignmentProblem::makeGroups(const LossTable &losses) const {
  // An output that is not finite is worse than any that is.
  constexpr double kWorst = 1e30;
  std::vector<knapsack::Group> groups;
  for (auto [index, op] : llvm::enumerate(ops)) {
    if (op.group >= groups.size())
      groups.resize(op.group + 1);
    knapsack::Group &group = groups[op.group];
    group.options.resize(op.options.size(), {std::vector<int64_t>(constraints.size(), 0), 0});
    for (size_t option = 0; option < op.options.size(); ++option) {
      for (auto [number, constraint] : llvm::enumerate(constraints))
        group.options[option].costs[number] += constraint.costs[index][option];
      group.options[option].loss += std::min(losses[index][option], kWorst);
    }
  }
  return groups;
}

std::vector<size_t> AssignmentProblem::spread(const knapsack::Choice &choice) const {
  std::vector<size_t> options;
  for (const AssignableOp &op : ops)
    options.push_back(choice[op.group]);
  return options;
}

static std::vector<int64_t> budgetsOf(ArrayRef<Constraint> constraints) {
  auto budgets = llvm::map_range(constraints, [](const Constraint &constraint) { return constraint.budget; });
  return {budgets.begin(), budgets.end()};
}

static llvm::Error explainInfeasible(ArrayRef<Constraint> constraints, ArrayRef<knapsack::Group> groups) {
  std::string reasons;
  auto add = [&](const Constraint &constraint, int64_t nearest, StringRef why) {
    auto inUnits = [&](int64_t sum) {
      double value = double(sum + constraint.rest) * constraint.unit;
      if (constraint.unit == 1)
        return std::to_string(int64_t(value));
      std::string text; // rounded up: the nearest value must be feasible once it is written
      llvm::raw_string_ostream(text) << llvm::format("%.9g", std::ceil(value * 1e6) / 1e6);
      return text + constraint.unitName;
    };
    reasons += (reasons.empty() ? "" : "\n") +
               llvm::formatv("the budget {0}={1} cannot be kept{2}: the nearest that can is {0}={3}",
                             constraint.name, inUnits(constraint.budget), why, inUnits(nearest))
                   .str();
  };
  for (auto [number, constraint] : llvm::enumerate(constraints))
    if (int64_t least = knapsack::leastCost(groups, number); least > constraint.budget)
      add(constraint, least, "");
  if (!reasons.empty())
    return llvm::createStringError(reasons);
  std::vector<int64_t> budgets = budgetsOf(constraints);
  for (auto [number, constraint] : llvm::enumerate(constraints))
    if (std::optional<int64_t> least = knapsack::leastCostWithin(groups, budgets, number))
      add(constraint, *least, " beside the others");
  return llvm::createStringError(reasons.empty() ? "the budgets cannot be kept together" : reasons);
}

llvm::Expected<std::vector<size_t>> AssignmentProblem::solve(const LossTable &losses) const {
  std::vector<knapsack::Group> groups = makeGroups(losses);
  std::vector<int64_t> budgets = budgetsOf(constraints);
  std::optional<knapsack::Choice> choice = budgets.size() == 1
                                               ? knapsack::solveExactly(groups, budgets.front())
                                               : knapsack::solveWithin(groups, budgets);
  if (!choice)
    return explainInfeasible(constraints, groups);
  return spread(*choice);
}

} // namespace quern
