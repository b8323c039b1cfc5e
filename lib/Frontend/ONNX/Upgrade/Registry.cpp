// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Upgrade/Upgrade.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

namespace quern {

/// All changes of each operator, oldest first.
static const llvm::StringMap<std::vector<const Upgrade *>> &upgradesByOperator() {
  static const auto upgrades = [] {
    static UpgradeList list;
    addAttributeToInputUpgrades(list);
    addNormalizationUpgrades(list);
    addRenamingUpgrades(list);
    addResizeUpgrades(list);
    addSoftmaxUpgrades(list);
    llvm::StringMap<std::vector<const Upgrade *>> map;
    for (const auto &upgrade : list)
      for (llvm::StringRef op : upgrade->operators)
        map[op].push_back(upgrade.get());
    for (auto &entry : map)
      llvm::sort(entry.second, [](const Upgrade *a, const Upgrade *b) { return a->opset < b->opset; });
    return map;
  }();
  return upgrades;
}

const Upgrade *nextUpgrade(llvm::StringRef op, int version) {
  auto changes = upgradesByOperator().find(op);
  if (changes == upgradesByOperator().end())
    return nullptr;
  for (const Upgrade *change : changes->second)
    if (change->opset > version)
      return change;
  return nullptr;
}

} // namespace quern
