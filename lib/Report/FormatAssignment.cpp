// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/FormatAssignment.h"

#include <numeric>

namespace quern {

static llvm::json::Value formatWeightOptions(const Assignment &assignment, size_t index) {
  const AssignableOp &op = assignment.ops[index];
  llvm::json::Array options;
  for (size_t option = 0; option < op.options.size(); ++option)
    options.push_back(llvm::json::Object{{"name", op.nameOf(option)},
                                         {"bits", op.bitsOf(option)},
                                         {"group_size", op.groupSizeOf(option)},
                                         {"activations", op.activationsOf(option)},
                                         {"loss", assignment.losses[index][option]},
                                         {"bytes", assignment.costs[index][option].weightBytes}});
  return llvm::json::Object{{"node", llvm::json::fixUTF8(op.name)},
                            {"op", op.type},
                            {"elements", op.elements},
                            {"fixed", op.isFixed},
                            {"bits", op.bitsOf(assignment.chosen.options[index])},
                            {"group_size", op.groupSizeOf(assignment.chosen.options[index])},
                            {"activations", op.activationsOf(assignment.chosen.options[index])},
                            {"option", op.nameOf(assignment.chosen.options[index])},
                            {"options", std::move(options)}};
}

llvm::json::Value formatForReport(const Assignment &assignment, llvm::StringRef budget) {
  std::vector<size_t> order(assignment.ops.size());
  std::iota(order.begin(), order.end(), 0);
  llvm::sort(order, [&](size_t a, size_t b) {
    double ofA = assignment.losses[a][assignment.ops[a].coarsest()],
           ofB = assignment.losses[b][assignment.ops[b].coarsest()];
    return ofA != ofB ? ofA > ofB : a < b;
  });
  llvm::json::Array weights;
  for (size_t index : order)
    weights.push_back(formatWeightOptions(assignment, index));
  llvm::json::Value front = nullptr;
  if (!assignment.front.empty())
    front = llvm::cantFail(llvm::json::parse(assignment.front));
  return llvm::json::Object{{"budget", budget.str()},
                            {"sensitivity", assignment.sensitivity},
                            {"weight_bytes", assignment.chosen.cost.weightBytes},
                            {"eight_bit_weight_bytes", assignment.eightBit.weightBytes},
                            {"weights", std::move(weights)},
                            {"front", std::move(front)}};
}

} // namespace quern
