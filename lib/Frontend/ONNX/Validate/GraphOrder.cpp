// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Validate/GraphOrder.h"

#include "llvm/ADT/StringRef.h"

namespace quern {

GraphOrder::GraphOrder(const NodeList &nodes) : nodes(nodes) {
  for (int index = 0; index < nodes.size(); ++index)
    for (const std::string &output : nodes[index].output())
      if (!output.empty())
        producers.try_emplace(output, index);
  findCycles();
}

/// Removes nodes without remaining predecessors, over and over; what stays is reached from a cycle.
static std::vector<bool> reachedFromCycle(const std::vector<std::vector<int>> &successors) {
  std::vector<int> pending(successors.size());
  for (const std::vector<int> &targets : successors)
    for (int target : targets)
      ++pending[target];
  std::vector<int> ready;
  for (size_t node = 0; node < pending.size(); ++node)
    if (pending[node] == 0)
      ready.push_back(static_cast<int>(node));
  std::vector<bool> stays(successors.size(), true);
  while (!ready.empty()) {
    int node = ready.back();
    ready.pop_back();
    stays[node] = false;
    for (int target : successors[node])
      if (--pending[target] == 0)
        ready.push_back(target);
  }
  return stays;
}

void GraphOrder::findCycles() {
  std::vector<std::vector<int>> successors(nodes.size()), predecessors(nodes.size());
  for (int user = 0; user < nodes.size(); ++user)
    for (const std::string &input : nodes[user].input())
      if (auto producer = producers.find(input); producer != producers.end()) {
        successors[producer->second].push_back(user);
        predecessors[user].push_back(producer->second);
      }
  // On a cycle: reached from one, and leading to one.
  onCycle = reachedFromCycle(successors);
  std::vector<bool> leading = reachedFromCycle(predecessors);
  for (size_t node = 0; node < onCycle.size(); ++node)
    onCycle[node] = onCycle[node] && leading[node];
}

static std::string describe(const proto::NodeProto &node) {
  if (!node.name().empty())
    return "'" + node.name() + "'";
  return "'" + node.op_type() + ":" + (node.output_size() ? node.output(0) : "") + "'";
}

std::string GraphOrder::explain(llvm::StringRef value, int user) const {
  std::string what = "uses value '" + value.str() + "'";
  auto producer = producers.find(value);
  if (producer == producers.end())
    return what + ", which no node, input or initializer defines";
  if (onCycle[producer->second] && onCycle[user])
    return what + ", which depends on this node: the graph has a cycle through " +
           describe(nodes[producer->second]);
  return what + ", which only the later node " + describe(nodes[producer->second]) +
         " defines; nodes must be sorted topologically";
}

} // namespace quern
