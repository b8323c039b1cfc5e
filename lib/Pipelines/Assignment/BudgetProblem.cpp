// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/BudgetProblem.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <map>

using namespace mlir;

namespace quern {

int64_t limitOf(StringRef constraint, const Budget &budget, const Cost &eightBit) {
  return constraint == "size" ? budget.size->bytes(eightBit.weightBytes)
                              : int64_t(std::floor(*budget.latency * 1e9));
}

/// What the sum over the ops says for the first option of each.
static int64_t sumOfFirst(const Constraint &constraint) {
  int64_t sum = 0;
  for (const std::vector<int64_t> &costs : constraint.costs)
    sum += costs.front();
  return sum;
}

/// Codes are counted, not measured.
static Constraint stateAverageBits(ArrayRef<AssignableOp> ops, double averageBits) {
  int64_t elements = 0;
  Constraint bits{"average-bits", 0, 0, {}};
  for (const AssignableOp &op : ops) {
    elements += op.elements;
    std::vector<int64_t> &ofOp = bits.costs.emplace_back();
    for (size_t option = 0; option < op.options.size(); ++option)
      ofOp.push_back(op.elements * op.bitsOf(option));
  }
  bits.budget = int64_t(std::floor(averageBits * double(elements)));
  bits.unit = 1.0 / double(std::max<int64_t>(elements, 1));
  return bits;
}

AssignmentProblem stateProblem(ArrayRef<AssignableOp> ops, const CostTable &costs, const Cost &eightBit,
                               const Budget &budget) {
  AssignmentProblem problem;
  problem.ops = ops;
  auto addSum = [&](Constraint constraint, int64_t ofModel, llvm::function_ref<int64_t(const Cost &)> read) {
    for (const std::vector<Cost> &known : costs) {
      std::vector<int64_t> &ofOp = constraint.costs.emplace_back();
      for (const Cost &cost : known)
        ofOp.push_back(read(cost));
    }
    // What the model takes beyond its ops, each compiled alone.
    constraint.rest = ofModel - sumOfFirst(constraint);
    constraint.budget = limitOf(constraint.name, budget, eightBit) - constraint.rest;
    problem.constraints.push_back(std::move(constraint));
  };
  if (budget.size)
    addSum({"size", 0, 0, {}}, eightBit.weightBytes, [](const Cost &cost) { return cost.weightBytes; });
  if (budget.latency)
    addSum({"latency", 0, 0, {}, 1e-6, "ms"}, *eightBit.nanoseconds,
           [](const Cost &cost) { return *cost.nanoseconds; });
  if (budget.averageBits)
    problem.constraints.push_back(stateAverageBits(ops, *budget.averageBits));
  return problem;
}

void dropDominated(std::vector<AssignableOp> &ops, CostTable &costs, AssignmentProblem &problem) {
  std::map<size_t, std::vector<size_t>> groups;
  for (auto [index, op] : llvm::enumerate(ops))
    groups[op.group].push_back(index);
  for (const auto &[group, members] : groups) {
    auto takesNoLess = [&](size_t option, size_t other) {
      return llvm::all_of(problem.constraints, [&](const Constraint &constraint) {
        return llvm::all_of(
            members, [&](size_t op) { return constraint.costs[op][option] >= constraint.costs[op][other]; });
      });
    };
    for (size_t option = ops[members.front()].options.size(); option-- > 1;) {
      const AssignableOp &first = ops[members.front()];
      auto isDominatedBy = [&](size_t other) {
        return other != option && first.isAtLeastAsFine(other, option) && takesNoLess(option, other);
      };
      if (llvm::none_of(llvm::seq(first.options.size()), isDominatedBy))
        continue;
      auto drop = [&](auto &ofOp) { ofOp.erase(ofOp.begin() + int64_t(option)); };
      for (size_t op : members) {
        ops[op].widths -= option < ops[op].widths;
        drop(ops[op].options);
        drop(costs[op]);
        for (Constraint &constraint : problem.constraints)
          drop(constraint.costs[op]);
      }
    }
  }
}

static llvm::Error checkWorkspace(const Cost &eightBit, const Budget &budget) {
  if (!budget.sram || eightBit.workspaceBytes <= budget.sram->bytes(0))
    return llvm::Error::success();
  return llvm::createStringError(
      llvm::formatv(
          "the budget sram={0} cannot be kept: activations have 8 bits with every choice of weights, "
          "and the plan of their memory takes {1} bytes; the nearest that can is sram={1}",
          budget.sram->bytes(0), eightBit.workspaceBytes)
          .str());
}

llvm::Error checkFeasible(const AssignmentProblem &problem, const Cost &eightBit, const Budget &budget) {
  llvm::Error reasons = checkWorkspace(eightBit, budget);
  LossTable none;
  for (const AssignableOp &op : problem.ops)
    none.emplace_back(op.options.size(), 0.0);
  if (auto feasible = problem.solve(none); !feasible)
    reasons = llvm::joinErrors(std::move(reasons), feasible.takeError());
  return reasons;
}

} // namespace quern
