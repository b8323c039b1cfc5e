// The list of targets, generated from the folders beside this file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/Target.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace quern {

#define QUERN_TARGET(NAME) std::unique_ptr<Target> create##NAME##Target();
#include "lib/Targets/AllTargets.inc"
#undef QUERN_TARGET

namespace {
struct TargetEntry {
  std::string name;
  std::unique_ptr<Target> (*create)();
};
} // namespace

static std::vector<TargetEntry> &targetList() {
  static std::vector<TargetEntry> list = [] {
    std::vector<TargetEntry> entries = {
#define QUERN_TARGET(NAME) {llvm::StringRef(#NAME).lower(), create##NAME##Target},
#include "lib/Targets/AllTargets.inc"
#undef QUERN_TARGET
    };
    llvm::sort(entries, [](const TargetEntry &a, const TargetEntry &b) { return a.name < b.name; });
    return entries;
  }();
  return list;
}

std::vector<llvm::StringRef> targetNames() {
  std::vector<llvm::StringRef> names;
  for (const TargetEntry &entry : targetList())
    names.push_back(entry.name);
  return names;
}

llvm::Expected<std::unique_ptr<Target>> createTarget(const TargetOptions &options) {
  for (const TargetEntry &entry : targetList()) {
    if (entry.name != options.name)
      continue;
    std::unique_ptr<Target> target = entry.create();
    if (llvm::Error error = target->configure(options))
      return std::move(error);
    return std::move(target);
  }
  return llvm::createStringError("unknown target '" + options.name +
                                 "'; this build has: " + llvm::join(targetNames(), ", "));
}

} // namespace quern
