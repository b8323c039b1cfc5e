// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Knapsack/SeveralBudgets.h"

#include <coin/Cbc_C_Interface.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace quern::knapsack {

namespace {
/// A column for each option, 0 or 1; a row for each group, whose columns add up to 1; a row for each budget.
struct Program {
  std::vector<CoinBigIndex> starts{0};
  std::vector<int> rows;
  std::vector<double> values, objective, lower, upper, rowLower, rowUpper;
};

struct DeleteModel {
  void operator()(Cbc_Model *model) const { Cbc_deleteModel(model); }
};
} // namespace

/// Rows of budgets are scaled so that their bound is `bound`: tolerances of the solver are absolute.
static Program makeProgram(std::span<const Group> groups, std::span<const int64_t> budgets, double bound) {
  Program program;
  double largest = 0;
  for (const Group &group : groups)
    for (const Option &option : group.options)
      largest = std::max(largest, std::abs(option.loss));
  for (size_t group = 0; group < groups.size(); ++group)
    for (const Option &option : groups[group].options) {
      program.rows.push_back(static_cast<int>(group));
      program.values.push_back(1);
      for (size_t budget = 0; budget < budgets.size(); ++budget) {
        if (option.costs[budget] == 0)
          continue;
        program.rows.push_back(static_cast<int>(groups.size() + budget));
        program.values.push_back(static_cast<double>(option.costs[budget]) /
                                 static_cast<double>(std::max<int64_t>(budgets[budget], 1)));
      }
      program.starts.push_back(static_cast<CoinBigIndex>(program.rows.size()));
      program.objective.push_back(largest > 0 ? option.loss / largest : 0);
    }
  program.lower.assign(program.objective.size(), 0);
  program.upper.assign(program.objective.size(), 1);
  program.rowLower.assign(groups.size(), 1);
  program.rowUpper.assign(groups.size(), 1);
  for (int64_t budget : budgets) {
    program.rowLower.push_back(-std::numeric_limits<double>::max());
    program.rowUpper.push_back(budget > 0 ? bound : 0);
  }
  return program;
}

static std::optional<Choice> solve(std::span<const Group> groups, const Program &program) {
  std::unique_ptr<Cbc_Model, DeleteModel> model(Cbc_newModel());
  auto columns = static_cast<int>(program.objective.size());
  Cbc_loadProblem(model.get(), columns, static_cast<int>(program.rowLower.size()), program.starts.data(),
                  program.rows.data(), program.values.data(), program.lower.data(), program.upper.data(),
                  program.objective.data(), program.rowLower.data(), program.rowUpper.data());
  for (int column = 0; column < columns; ++column)
    Cbc_setInteger(model.get(), column);
  for (auto [name, value] : {std::pair("log", "0"), std::pair("threads", "0"), std::pair("ratioGap", "0"),
                             std::pair("allowableGap", "0")})
    Cbc_setParameter(model.get(), name, value);
  Cbc_solve(model.get());
  if (!Cbc_isProvenOptimal(model.get()))
    return std::nullopt;
  const double *solution = Cbc_getColSolution(model.get());
  Choice choice;
  for (const Group &group : groups) {
    const double *end = solution + group.options.size();
    choice.push_back(static_cast<size_t>(std::max_element(solution, end) - solution));
    solution = end;
  }
  return choice;
}

std::optional<Choice> solveWithin(std::span<const Group> groups, std::span<const int64_t> budgets) {
  for (size_t budget = 0; budget < budgets.size(); ++budget)
    if (leastCost(groups, budget) > budgets[budget])
      return std::nullopt;
  // The solver takes a row for kept that is exceeded by its tolerance; costs are integers and must be within.
  // Each further attempt gives it a little less.
  for (double bound : {1.0, 1.0 - 1e-6, 1.0 - 1e-5, 1.0 - 1e-4}) {
    std::optional<Choice> choice = solve(groups, makeProgram(groups, budgets, bound));
    if (!choice || fits(groups, *choice, budgets))
      return choice;
  }
  return std::nullopt;
}

std::optional<int64_t> leastCostWithin(std::span<const Group> groups, std::span<const int64_t> budgets,
                                       size_t which) {
  std::vector<Group> changed(groups.begin(), groups.end());
  std::vector<int64_t> others(budgets.begin(), budgets.end());
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(which));
  for (Group &group : changed)
    for (Option &option : group.options) {
      option.loss = static_cast<double>(option.costs[which]);
      option.costs.erase(option.costs.begin() + static_cast<std::ptrdiff_t>(which));
    }
  std::optional<Choice> choice = solveWithin(changed, others);
  if (!choice)
    return std::nullopt;
  return totalCost(groups, *choice, which);
}

} // namespace quern::knapsack
