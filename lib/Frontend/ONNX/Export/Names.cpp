// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Frontend/ONNX/Export/Names.h"

#include "dialects/ONNX/IR/ONNXNames.h"
#include "dialects/Quern/IR/QuernOps.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

using namespace mlir;

namespace quern {

std::string ExportNames::pick(StringRef wanted, llvm::StringMap<unsigned> &taken) {
  auto [entry, isFree] = taken.try_emplace(wanted, 1);
  if (isFree)
    return wanted.str();
  unsigned &number = entry->second;
  std::string name;
  do
    name = (wanted + "_" + Twine(++number)).str();
  while (!taken.try_emplace(name, 1).second);
  return name;
}

std::string ExportNames::unique(StringRef wanted) { return pick(wanted, takenValues); }
std::string ExportNames::uniqueNode(StringRef wanted) { return pick(wanted, takenNodes); }

/// The operand that an op only sees otherwise, or null.
static Value seenThrough(Operation *op) {
  if (op && isa<QuantizeOp, DequantizeOp, StorageCastOp, ObserveOp, quant::StorageCastOp>(op))
    return op->getOperand(0);
  return {};
}

std::string baseName(Value value) {
  while (Value source = seenThrough(value.getDefiningOp()))
    value = source;
  StringRef name = onnx::getValueName(value);
  return name.empty() ? "value" : name.str();
}

} // namespace quern
