// quern_list_size and quern_list_entry.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/CAPI/Pipelines.h"
#include "lib/Driver/CommandLine.h"
#include "lib/Driver/Methods.h"
#include "lib/Numerics/Observer.h"
#include "lib/Targets/Target.h"
#include "passes/AllPasses.h"
#include "quern/Compiler.h"

#include "mlir/Pass/PassRegistry.h"

#include <deque>

using namespace quern;

namespace {
/// Entries and the texts that they point to.
class List {
public:
  void add(llvm::StringRef name, llvm::StringRef description = "", llvm::StringRef value = "") {
    const char *kept = keep(name);
    entries.push_back({kept, keep(value), keep(description)});
  }
  llvm::ArrayRef<quern_entry> getEntries() const { return entries; }

private:
  const char *keep(llvm::StringRef text) { return texts.emplace_back(text.str()).c_str(); }

  std::deque<std::string> texts;
  std::vector<quern_entry> entries;
};
} // namespace

static std::array<List, QUERN_LIST_STAGES + 1> makeLists() {
  std::array<List, QUERN_LIST_STAGES + 1> lists;
  for (const FlagDescription &flag : describeFlags())
    lists[QUERN_LIST_OPTIONS].add(flag.name, flag.help, flag.valueName);
  registerPassesOnce();
  for (const std::string &pass : listAllPasses())
    if (const mlir::PassInfo *info = mlir::PassInfo::lookup(pass))
      lists[QUERN_LIST_PASSES].add(pass, info->getPassDescription());
  for (const char *stage : stageNames) {
    lists[QUERN_LIST_STAGES].add(stage);
    std::string pipeline = std::string("quern-stage-") + stage;
    if (const mlir::PassPipelineInfo *info = mlir::PassPipelineInfo::lookup(pipeline))
      lists[QUERN_LIST_PIPELINES].add(pipeline, info->getPassDescription());
  }
  for (const std::string &method : listMethodNames())
    lists[QUERN_LIST_METHODS].add(method);
  for (const char *observer : observerNames)
    lists[QUERN_LIST_OBSERVERS].add(observer);
  for (llvm::StringRef target : targetNames())
    lists[QUERN_LIST_TARGETS].add(target);
  return lists;
}

static llvm::ArrayRef<quern_entry> findList(int32_t list) {
  static const auto lists = makeLists();
  return size_t(list) < lists.size() ? lists[list].getEntries() : llvm::ArrayRef<quern_entry>();
}

size_t quern_list_size(int32_t list) { return findList(list).size(); }

const quern_entry *quern_list_entry(int32_t list, size_t index) {
  llvm::ArrayRef<quern_entry> entries = findList(list);
  return index < entries.size() ? &entries[index] : nullptr;
}
