// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/LowerBounds.h"

#include "passes/QuantizationAnalysis/IntegerRoles.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace quern {

/// 0 for what has no static size.
static int64_t elementsOf(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() ? type.getNumElements() : 0;
}

/// A sum of products: its result is no place for an operand, nor are its operands made where they are read.
static bool isContraction(Operation *op) {
  auto quantizable = dyn_cast<onnx::QuantizableOpInterface>(op);
  if (!quantizable || quantizable.getIntegerForm() != onnx::IntegerForm::Contraction)
    return false;
  std::optional<unsigned> weight = quantizable.getWeightOperand();
  if (!weight) {
    auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
    return type && type.getRank() > 0 && type.getShape().back() > 1;
  }
  auto type = dyn_cast<RankedTensorType>(op->getOperand(*weight).getType());
  if (!type || !type.hasStaticShape() || type.getRank() < 2 || type.getNumElements() == 0)
    return false;
  return type.getNumElements() / type.getDimSize(*quantizable.getWeightChannelAxis()) > 1;
}

namespace {
/// Bytes of workspace that hold values of one block, found in one walk each way: graphs may be deep.
class StoredValues {
public:
  explicit StoredValues(Block &block) {
    for (Operation &op : llvm::reverse(block))
      for (Value result : op.getResults())
        visitUsers(result, block);
    for (Operation &op : block)
      for (Value result : op.getResults())
        read[result] = countToRead(result);
  }

  /// What holds the value while it is read; 0 for what comes from outside.
  int64_t toRead(Value value) const { return read.lookup(value); }
  /// What the value's op writes.
  int64_t toMake(Value value) const { return made.lookup(value); }

private:
  void visitUsers(Value value, Block &block) {
    int64_t users = 0; // all of them, if the value is not stored itself
    for (Operation *user : value.getUsers()) {
      if (isContraction(user)) {
        users = elementsOf(value);
        continue;
      }
      if (user->hasTrait<OpTrait::IsTerminator>() || user->getBlock() != &block || user->getNumRegions() > 0)
        leaves.insert(value);
      for (Value result : user->getResults()) {
        users = std::max(users, toMake(result));
        if (leaves.contains(result))
          leaves.insert(value);
      }
    }
    made[value] = leaves.contains(value) ? 0 : std::min(users, elementsOf(value));
  }

  int64_t countToRead(Value value) const {
    Operation *op = value.getDefiningOp();
    if (isConstant(value) || op->getNumRegions() > 0 || leaves.contains(value))
      return 0;
    if (isContraction(op))
      return elementsOf(value);
    int64_t operands = 0; // all of them, if the value is not stored itself
    for (Value operand : op->getOperands())
      operands = std::max(operands, toRead(operand));
    return std::min(operands, elementsOf(value));
  }

  llvm::DenseSet<Value> leaves; ///< what the caller's memory may hold, as an output or what one is made from
  llvm::DenseMap<Value, int64_t> read, made;
};
} // namespace

int64_t leastWorkspaceBytes(ModuleOp sketch) {
  Block &body = sketch.lookupSymbol<func::FuncOp>("main").front();
  StoredValues stored(body);
  int64_t most = 0;
  for (Operation &op : body) {
    if (!isContraction(&op))
      continue;
    int64_t operands = 0; // one of them: two may be parts of one value
    for (OpOperand *activation : activationsOf(&op))
      operands = std::max(operands, stored.toRead(activation->get()));
    most = std::max(most, operands + stored.toMake(op.getResult(0)));
  }
  return most;
}

} // namespace quern
