// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Advice.h"

namespace quern {

/// The change to advise at a node; nothing if it has none.
static std::optional<size_t> chooseChange(llvm::ArrayRef<Change> changes, const TriedChanges &tried,
                                          size_t node) {
  std::optional<size_t> best, leaveFloat;
  auto errorOf = [&](size_t change) { return tried.changes[change].outputs.relative(); };
  for (auto [number, change] : llvm::enumerate(changes)) {
    if (change.node != node)
      continue;
    if (change.kind == ChangeKind::Float)
      leaveFloat = number;
    else if (!best || errorOf(number) < errorOf(*best))
      best = number;
  }
  bool does = best && errorOf(*best) <= tried.present.at(node).outputs.relative() / 2;
  return does || !leaveFloat ? best : leaveFloat;
}

std::vector<Advice> chooseAdvice(llvm::ArrayRef<Change> changes, const TriedChanges &tried, double whole,
                                 size_t count) {
  std::vector<std::pair<double, size_t>> nodes;
  for (const auto &[node, present] : tried.present)
    if (double left = present.outputs.relative(); left > 0 && !(left < kWorthTelling * whole))
      nodes.push_back({left, node});
  llvm::sort(nodes,
             [](auto a, auto b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::vector<Advice> advice;
  for (auto [left, node] : nodes)
    if (advice.size() < count)
      if (std::optional<size_t> change = chooseChange(changes, tried, node))
        advice.push_back({node, *change});
  return advice;
}

} // namespace quern
