// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/CostStore.h"

#include "lib/Support/Files.h"
#include "lib/Support/JSON.h"
#include "lib/Targets/Common/Description.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

namespace quern {

const Cost *CostStore::find(const std::string &key) const {
  auto found = costs.find(key);
  return found == costs.end() ? nullptr : &found->second;
}

std::string CostStore::toJSON() const {
  llvm::json::Object entries;
  for (const auto &[key, cost] : costs) {
    llvm::json::Object entry{{"weight_bytes", cost.weightBytes},
                             {"workspace_bytes", cost.workspaceBytes},
                             {"activation_bytes", cost.activationBytes}};
    if (cost.nanoseconds)
      entry["nanoseconds"] = *cost.nanoseconds;
    entries[llvm::json::fixUTF8(key)] = std::move(entry);
  }
  llvm::json::Object table{{"version", 1}, {"costs", std::move(entries)}};
  return llvm::formatv("{0:2}\n", llvm::json::Value(std::move(table)));
}

/// A member that is a number and not negative.
static std::optional<int64_t> readCount(const llvm::json::Object &object, llvm::StringRef name) {
  std::optional<int64_t> value = object.getInteger(name);
  return value && *value >= 0 ? value : std::nullopt;
}

llvm::Expected<CostStore> CostStore::read(llvm::StringRef path) {
  CostStore store;
  if (!llvm::sys::fs::exists(path))
    return store;
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  auto refuse = [&](const llvm::Twine &reason) {
    return llvm::createStringError("'" + path + "' is no cost table: " + reason);
  };
  auto parsed = parseJSON((*buffer)->getBuffer());
  if (!parsed)
    return refuse(llvm::toString(parsed.takeError()));
  const llvm::json::Object *table = parsed->getAsObject();
  if (!table || table->getInteger("version") != 1)
    return refuse("expected an object with \"version\": 1");
  const llvm::json::Object *entries = table->getObject("costs");
  if (!entries)
    return refuse("expected \"costs\", an object");
  for (const auto &[key, value] : *entries) {
    const llvm::json::Object *entry = value.getAsObject();
    std::optional<int64_t> weights = entry ? readCount(*entry, "weight_bytes") : std::nullopt;
    std::optional<int64_t> workspace = entry ? readCount(*entry, "workspace_bytes") : std::nullopt;
    std::optional<int64_t> activations = entry ? readCount(*entry, "activation_bytes") : std::nullopt;
    if (!weights || !workspace || !activations ||
        (entry->get("nanoseconds") && !readCount(*entry, "nanoseconds")))
      return refuse("\"" + key.str() +
                    "\" needs weight_bytes, workspace_bytes and activation_bytes, and may have nanoseconds: "
                    "numbers of at "
                    "least 0");
    store.set(key.str(), {*weights, *workspace, *activations, readCount(*entry, "nanoseconds")});
  }
  return store;
}

std::string describeMachine(const TargetRecord &target) {
  return llvm::formatv("{0}; {1} {2} {3} features {4:x}", kCompilerName, target.name, target.triple,
                       target.cpu, llvm::xxh3_64bits(target.features));
}

} // namespace quern
