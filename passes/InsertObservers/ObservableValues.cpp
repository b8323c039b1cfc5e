// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/InsertObservers/ObservableValues.h"

#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernOps.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/JSON.h"

using namespace mlir;

namespace quern {

static bool isFloatTensor(Value value) {
  auto type = dyn_cast<TensorType>(value.getType());
  return type && type.getElementType().isF32();
}

/// Whether `op` uses one of `values`, itself or in its regions.
static bool dependsOn(Operation *op, const llvm::DenseSet<Value> &values) {
  auto isListed = [&](Value operand) { return values.contains(operand); };
  bool found = false;
  op->walk([&](Operation *inner) { found |= llvm::any_of(inner->getOperands(), isListed); });
  return found;
}

static std::string baseName(Value value) {
  if (StringRef name = onnx::getValueName(value); !name.empty())
    return name.str();
  if (auto argument = dyn_cast<BlockArgument>(value))
    return "input_" + std::to_string(argument.getArgNumber());
  auto result = cast<OpResult>(value);
  StringRef node = onnx::getNodeName(result.getOwner());
  std::string name = node.empty() ? result.getOwner()->getName().getStringRef().str() : node.str();
  return name + ":" + std::to_string(result.getResultNumber());
}

/// Names go into JSON, which holds UTF-8 only; ONNX does not promise it.
static std::string makeUnique(std::string base, llvm::StringSet<> &taken) {
  if (!llvm::json::isUTF8(base))
    base = llvm::json::fixUTF8(base);
  std::string name = base;
  for (int copy = 2; !taken.insert(name).second; ++copy)
    name = base + "#" + std::to_string(copy);
  return name;
}

int64_t observedChannelAxis(ArrayRef<int64_t> shape) {
  return shape.size() >= 4 ? 1 : static_cast<int64_t>(shape.size()) - 1;
}

std::vector<ObservableValue> listObservableValues(func::FuncOp function) {
  std::vector<ObservableValue> values;
  if (function.isExternal())
    return values;
  Block &body = function.front();
  llvm::StringSet<> taken;
  llvm::DenseSet<Value> activations(body.getArguments().begin(), body.getArguments().end());
  auto add = [&](Value value) {
    if (isFloatTensor(value))
      values.push_back({value, makeUnique(baseName(value), taken)});
  };
  llvm::for_each(body.getArguments(), add);
  for (Operation &op : body) {
    if (isa<ObserveOp>(op) || !dependsOn(&op, activations))
      continue;
    activations.insert(op.result_begin(), op.result_end());
    llvm::for_each(op.getResults(), add);
  }
  return values;
}

} // namespace quern
