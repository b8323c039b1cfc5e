// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Knapsack/MultipleChoice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace quern::knapsack {

int64_t totalCost(std::span<const Group> groups, const Choice &choice, size_t budget) {
  int64_t total = 0;
  for (size_t group = 0; group < groups.size(); ++group)
    total += groups[group].options[choice[group]].costs[budget];
  return total;
}

double totalLoss(std::span<const Group> groups, const Choice &choice) {
  double total = 0;
  for (size_t group = 0; group < groups.size(); ++group)
    total += groups[group].options[choice[group]].loss;
  return total;
}

static int64_t leastCostOf(const Group &group, size_t budget) {
  int64_t least = std::numeric_limits<int64_t>::max();
  for (const Option &option : group.options)
    least = std::min(least, option.costs[budget]);
  return least;
}

int64_t leastCost(std::span<const Group> groups, size_t budget) {
  int64_t total = 0;
  for (const Group &group : groups)
    total += leastCostOf(group, budget);
  return total;
}

bool fits(std::span<const Group> groups, const Choice &choice, std::span<const int64_t> budgets) {
  for (size_t budget = 0; budget < budgets.size(); ++budget)
    if (totalCost(groups, choice, budget) > budgets[budget])
      return false;
  return true;
}

std::optional<Choice> bestUniform(std::span<const Group> groups, std::span<const int64_t> budgets) {
  std::optional<Choice> best;
  size_t count = groups.empty() ? 0 : groups.front().options.size();
  for (const Group &group : groups)
    if (group.options.size() != count)
      return std::nullopt;
  for (size_t option = 0; option < count; ++option) {
    Choice choice(groups.size(), option);
    if (fits(groups, choice, budgets) && (!best || totalLoss(groups, choice) < totalLoss(groups, *best)))
      best = choice;
  }
  return best;
}

/// Takes the change with the most gain for its cost until none fits.
static void improve(std::span<const Group> groups, int64_t budget, Choice &choice) {
  int64_t left = budget - totalCost(groups, choice);
  while (true) {
    double bestGain = 0;
    size_t bestGroup = 0, bestOption = 0;
    for (size_t group = 0; group < groups.size(); ++group) {
      const Option &current = groups[group].options[choice[group]];
      for (size_t option = 0; option < groups[group].options.size(); ++option) {
        const Option &other = groups[group].options[option];
        int64_t more = other.costs[0] - current.costs[0];
        if (!(other.loss < current.loss) || more > left)
          continue;
        double gain = more <= 0 ? std::numeric_limits<double>::infinity()
                                : (current.loss - other.loss) / static_cast<double>(more);
        if (gain > bestGain) {
          bestGain = gain;
          bestGroup = group;
          bestOption = option;
        }
      }
    }
    if (!(bestGain > 0))
      return;
    left -= groups[bestGroup].options[bestOption].costs[0] -
            groups[bestGroup].options[choice[bestGroup]].costs[0];
    choice[bestGroup] = bestOption;
  }
}

std::optional<Choice> greedy(std::span<const Group> groups, int64_t budget) {
  if (leastCost(groups) > budget)
    return std::nullopt;
  Choice cheapest;
  for (const Group &group : groups) {
    size_t best = 0;
    for (size_t option = 1; option < group.options.size(); ++option) {
      const Option &a = group.options[option], &b = group.options[best];
      if (a.costs[0] < b.costs[0] || (a.costs[0] == b.costs[0] && a.loss < b.loss))
        best = option;
    }
    cheapest.push_back(best);
  }
  improve(groups, budget, cheapest);
  std::optional<Choice> uniform = bestUniform(groups, std::span(&budget, 1));
  if (!uniform)
    return cheapest;
  improve(groups, budget, *uniform);
  return totalLoss(groups, *uniform) < totalLoss(groups, cheapest) ? uniform : cheapest;
}

namespace {
/// A step along the lower convex hull of a group's (cost, loss): how much loss `cost` more units save.
struct HullStep {
  int64_t cost;
  double gain;

  double ratio() const { return gain / static_cast<double>(cost); }
};

/// The least loss that groups from some number on can have for a given cost, if options could be mixed: a
/// lower bound.
class Relaxation {
public:
  explicit Relaxation(const Group &group) {
    std::vector<Option> sorted = group.options;
    std::sort(sorted.begin(), sorted.end(), [](const Option &a, const Option &b) {
      return a.costs[0] != b.costs[0] ? a.costs[0] < b.costs[0] : a.loss < b.loss;
    });
    cheapestCost = sorted.front().costs[0];
    cheapestLoss = sorted.front().loss;
    std::vector<std::pair<int64_t, double>> hull;
    for (const Option &option : sorted) {
      if (!hull.empty() && !(option.loss < hull.back().second))
        continue;
      std::pair<int64_t, double> point{option.costs[0], option.loss};
      while (hull.size() >= 2 && !isConvex(hull[hull.size() - 2], hull.back(), point))
        hull.pop_back();
      hull.push_back(point);
    }
    for (size_t i = 1; i < hull.size(); ++i)
      steps.push_back({hull[i].first - hull[i - 1].first, hull[i - 1].second - hull[i].second});
  }

  /// The relaxation of these groups and those of `later`.
  Relaxation(const Group &group, const Relaxation &later) : Relaxation(group) {
    cheapestCost += later.cheapestCost;
    cheapestLoss += later.cheapestLoss;
    std::vector<HullStep> merged(steps.size() + later.steps.size());
    std::merge(steps.begin(), steps.end(), later.steps.begin(), later.steps.end(), merged.begin(),
               [](const HullStep &a, const HullStep &b) { return a.ratio() > b.ratio(); });
    steps = std::move(merged);
    int64_t cost = 0;
    double gain = 0;
    for (const HullStep &step : steps) {
      costs.push_back(cost += step.cost);
      gains.push_back(gain += step.gain);
    }
  }

  Relaxation() = default;

  int64_t leastCost() const { return cheapestCost; }

  /// For a budget of at least leastCost().
  double leastLoss(int64_t budget) const {
    int64_t left = budget - cheapestCost;
    size_t whole = static_cast<size_t>(std::upper_bound(costs.begin(), costs.end(), left) - costs.begin());
    double loss = cheapestLoss - (whole ? gains[whole - 1] : 0);
    if (whole == steps.size())
      return loss;
    return loss - static_cast<double>(left - (whole ? costs[whole - 1] : 0)) * steps[whole].ratio();
  }

private:
  static bool isConvex(std::pair<int64_t, double> a, std::pair<int64_t, double> b,
                       std::pair<int64_t, double> c) {
    return (a.second - b.second) * static_cast<double>(c.first - b.first) >
           (b.second - c.second) * static_cast<double>(b.first - a.first);
  }

  int64_t cheapestCost = 0;
  double cheapestLoss = 0;
  std::vector<HullStep> steps;
  std::vector<int64_t> costs; ///< of the first so many steps
  std::vector<double> gains;
};

/// A choice for the first groups.
struct State {
  int64_t cost;
  double loss;
  uint32_t parent; ///< number of the state before the last group
  uint32_t option; ///< of the last group
};
} // namespace

/// States that no other beats in cost and loss, by rising cost.
static void keepFront(std::vector<State> &states) {
  std::sort(states.begin(), states.end(), [](const State &a, const State &b) {
    return std::tie(a.cost, a.loss, a.parent, a.option) < std::tie(b.cost, b.loss, b.parent, b.option);
  });
  size_t kept = 0;
  for (const State &state : states)
    if (kept == 0 || state.loss < states[kept - 1].loss)
      states[kept++] = state;
  states.resize(kept);
}

std::optional<Choice> solveExactly(std::span<const Group> groups, int64_t budget) {
  std::optional<Choice> incumbent = greedy(groups, budget);
  if (!incumbent || groups.empty())
    return incumbent;
  double known = totalLoss(groups, *incumbent);
  // Sums in another order may differ in their last bits: what could be equal is kept.
  double slack = 1e-9 * std::max(1e-300, std::abs(known));
  std::vector<Relaxation> later(groups.size() + 1);
  for (size_t group = groups.size(); group-- > 0;)
    later[group] = Relaxation(groups[group], later[group + 1]);

  std::vector<std::vector<State>> levels{{{0, 0.0, 0, 0}}};
  for (size_t group = 0; group < groups.size(); ++group) {
    std::vector<State> next;
    const std::vector<State> &before = levels.back();
    for (uint32_t parent = 0; parent < before.size(); ++parent)
      for (uint32_t option = 0; option < groups[group].options.size(); ++option) {
        const Option &added = groups[group].options[option];
        State state{before[parent].cost + added.costs[0], before[parent].loss + added.loss, parent, option};
        if (state.cost + later[group + 1].leastCost() > budget ||
            state.loss + later[group + 1].leastLoss(budget - state.cost) > known + slack)
          continue;
        next.push_back(state);
      }
    keepFront(next);
    if (next.empty())
      return incumbent;
    levels.push_back(std::move(next));
  }
  // By rising cost losses fall: the last is the best.
  auto best = static_cast<uint32_t>(levels.back().size() - 1);
  Choice choice(groups.size());
  for (size_t group = groups.size(); group-- > 0;) {
    const State &state = levels[group + 1][best];
    choice[group] = state.option;
    best = state.parent;
  }
  return choice;
}

} // namespace quern::knapsack
