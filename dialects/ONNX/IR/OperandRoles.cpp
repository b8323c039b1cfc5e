// Roles of operands that depend on how the operand is computed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/OpHooks.h"
#include "dialects/ONNX/IR/Structure.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace quern::onnx::detail {

bool isPresent(Value value) { return !isa<NoneType>(value.getType()); }

std::optional<int64_t> lastAxis(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || type.getRank() == 0)
    return std::nullopt;
  return type.getRank() - 1;
}

std::optional<unsigned> presentOperand(Operation *op, std::optional<unsigned> number) {
  if (!number || !isPresent(op->getOperand(*number)))
    return std::nullopt;
  return number;
}

/// A weight may stand behind a few ops of its own (scast, dequantize, Transpose); chains longer than this are
/// arithmetic.
static constexpr int maximumConstantDepth = 6;

static bool isComputedFromConstants(Value value, int depth) {
  Operation *op = value.getDefiningOp();
  if (!op || depth > maximumConstantDepth)
    return false;
  if (matchPattern(op, m_Constant()))
    return true;
  return op->getNumOperands() != 0 && isMemoryEffectFree(op) && op->getNumRegions() == 0 &&
         llvm::all_of(op->getOperands(),
                      [&](Value operand) { return isComputedFromConstants(operand, depth + 1); });
}

std::optional<unsigned> constantOperand(Operation *op, std::optional<unsigned> number) {
  if (!number || !isComputedFromConstants(op->getOperand(*number), 0))
    return std::nullopt;
  return number;
}

SmallVector<unsigned> activationOperands(Operation *op, ArrayRef<unsigned> activations,
                                         std::optional<unsigned> weight) {
  SmallVector<unsigned> numbers(activations);
  if (weight && !constantOperand(op, weight))
    numbers.push_back(*weight);
  return numbers;
}

} // namespace quern::onnx::detail
