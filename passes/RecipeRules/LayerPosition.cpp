// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/RecipeRules/LayerPosition.h"

#include "dialects/ONNX/IR/ONNXDialect.h"

#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace quern {

/// A constant, also as the dequantization of codes.
static bool isConstantTree(Value value) {
  Operation *op = value.getDefiningOp();
  return op && op->getNumRegions() == 0 && llvm::all_of(op->getOperands(), isConstantTree);
}

static bool hasWeight(Operation *op) {
  auto quantizable = dyn_cast<onnx::QuantizableOpInterface>(op);
  std::optional<unsigned> weight = quantizable ? quantizable.getWeightOperand() : std::nullopt;
  return weight && isConstantTree(op->getOperand(*weight));
}

bool isAtPosition(Operation *op, LayerPosition position) {
  if (!hasWeight(op))
    return false;
  SmallVector<Operation *> worklist;
  llvm::DenseSet<Operation *> seen;
  auto addNeighbours = [&](Operation *from) {
    auto add = [&](Operation *neighbour) {
      if (neighbour && seen.insert(neighbour).second)
        worklist.push_back(neighbour);
    };
    if (position == LayerPosition::Last)
      llvm::for_each(from->getUsers(), add);
    else
      for (Value operand : from->getOperands())
        add(operand.getDefiningOp());
  };
  addNeighbours(op);
  while (!worklist.empty()) {
    Operation *reached = worklist.pop_back_val();
    if (hasWeight(reached))
      return false;
    addNeighbours(reached);
  }
  return true;
}

} // namespace quern
