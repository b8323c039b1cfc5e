// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Advice.h"

#include "llvm/ADT/MapVector.h"

namespace quern {

std::vector<Advice> chooseAdvice(llvm::ArrayRef<Change> changes, const TriedChanges &tried, size_t count) {
  double present = tried.outputs.relative();
  auto gainOf = [&](size_t change) { return present - tried.changes[change].outputs.relative(); };
  llvm::MapVector<size_t, std::vector<size_t>> ofNode;
  for (size_t change = 0; change < changes.size(); ++change)
    ofNode[changes[change].node].push_back(change);
  std::vector<std::pair<double, Advice>> found;
  for (auto &[node, numbers] : ofNode) {
    auto gains = [&](size_t a, size_t b) { return gainOf(a) < gainOf(b); };
    size_t best = *llvm::max_element(numbers, gains), chosen = best;
    std::vector<size_t> onIntegers;
    llvm::copy_if(numbers, std::back_inserter(onIntegers),
                  [&](size_t change) { return changes[change].kind != ChangeKind::Float; });
    if (!onIntegers.empty())
      if (size_t other = *llvm::max_element(onIntegers, gains); gainOf(other) >= gainOf(best) / 2)
        chosen = other;
    double left = tried.changes[best].outputs.relative();
    bool helps = left < present && left <= (1 - kWorthwhile) * present;
    Advice advice{node, std::nullopt};
    if (helps)
      advice.change = chosen;
    found.push_back({helps ? gainOf(best) : 0, advice});
  }
  llvm::sort(found, [](const auto &a, const auto &b) {
    return a.first != b.first ? a.first > b.first : a.second.node < b.second.node;
  });
  std::vector<Advice> advice;
  for (auto &[gain, ofOne] : llvm::ArrayRef(found).take_front(count))
    advice.push_back(ofOne);
  return advice;
}

} // namespace quern
