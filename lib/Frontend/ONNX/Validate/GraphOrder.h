// Why a node uses a value that no node before it defines.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Frontend/ONNX/Proto/Proto.h"

#include "llvm/ADT/StringMap.h"

#include <string>
#include <vector>

namespace quern {

using NodeList = google::protobuf::RepeatedPtrField<proto::NodeProto>;

/// Looks at a whole graph once, when the first such value is met.
class GraphOrder {
public:
  explicit GraphOrder(const NodeList &nodes);

  /// "... is defined by no node", "... only by the later node X", "... cycle through X".
  std::string explain(llvm::StringRef value, int user) const;

private:
  void findCycles();

  const NodeList &nodes;
  llvm::StringMap<int> producers;
  /// True for nodes on a cycle, or on a path from one cycle to another.
  std::vector<bool> onCycle;
};

} // namespace quern
