// Costs that were found before, as a file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/OpCost.h"

#include "llvm/Support/Error.h"

#include <map>

namespace quern {

/// Costs by what they are of: compiler, machine and op, as text. What a store holds is never measured again,
/// so that one table gives one answer.
class CostStore {
public:
  /// The costs of a JSON file; none where there is no such file. A file of another kind is refused, since it
  /// would be overwritten.
  static llvm::Expected<CostStore> read(llvm::StringRef path);

  /// Null for what is not known.
  const Cost *find(const std::string &key) const;
  void set(const std::string &key, const Cost &cost) { costs[key] = cost; }
  std::string toJSON() const;

private:
  std::map<std::string, Cost> costs;
};

/// The part of a key that says for which machine, and by which compiler, code was made.
std::string describeMachine(const TargetRecord &target);

} // namespace quern
