// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/MatchedGroup/MatchedGroup.h"

#include "dialects/ONNX/IR/ONNXNames.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace quern {

bool MatchedGroup::isClosed(Operation *root) const {
  return llvm::all_of(ops, [&](Operation *op) {
    bool isInner = llvm::all_of(op->getUsers(), [&](Operation *user) { return ops.contains(user); });
    return op->getBlock() == root->getBlock() && (op == root || isInner);
  });
}

void MatchedGroup::replace(Operation *root, Operation *op) const {
  onnx::setValueName(op->getResult(0), onnx::getValueName(root->getResult(0)));
  root->getResult(0).replaceAllUsesWith(op->getResult(0));
  // Users before what they use; constants that only the group read go with it.
  SmallVector<Operation *> dead(ops.begin(), ops.end());
  llvm::sort(dead, [](Operation *a, Operation *b) { return b->isBeforeInBlock(a); });
  for (Operation *each : dead) {
    SmallVector<Value> operands(each->getOperands());
    each->erase();
    for (Value operand : operands)
      if (Operation *constant = operand.getDefiningOp();
          constant && constant->getNumOperands() == 0 && isOpTriviallyDead(constant))
        constant->erase();
  }
}

SmallVector<Operation *> listDependents(Value value, size_t limit, function_ref<bool(Operation *)> passes) {
  llvm::SmallSetVector<Operation *, 16> found;
  SmallVector<Value> queue{value};
  for (size_t next = 0; next < queue.size() && found.size() < limit; ++next)
    for (Operation *user : queue[next].getUsers())
      if (user->getBlock() == value.getParentBlock() && passes(user) && found.size() < limit &&
          found.insert(user))
        queue.push_back(user->getResult(0));
  SmallVector<Operation *> sorted = found.takeVector();
  llvm::sort(sorted, [](Operation *a, Operation *b) { return b->isBeforeInBlock(a); });
  return sorted;
}

} // namespace quern
