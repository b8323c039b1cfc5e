// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernOps.h"
#include "dialects/Quern/IR/Verifiers.h"

using namespace mlir;

namespace quern {

/// C1 and C2 of the ops on rows.
static LogicalResult verifyRows(Operation *op, Value elements, Value result, Value scales, Value zeroPoints) {
  auto type = dyn_cast<RankedTensorType>(elements.getType());
  auto other = dyn_cast<RankedTensorType>(result.getType());
  if (!type || !other || type.getRank() == 0 || type.getShape() != other.getShape()) // C1
    return op->emitOpError("expected tensors of one shape of at least one dimension");
  SmallVector<int64_t> rows(type.getShape());
  rows.back() = 1;
  for (Value parameters : {scales, zeroPoints}) {
    auto shaped = dyn_cast<RankedTensorType>(parameters.getType());
    if (!shaped || shaped.getShape() != ArrayRef(rows)) // C2
      return op->emitOpError() << "expected scales and zero points of the shape of " << type
                               << " with 1 for the last dimension, got " << parameters.getType();
  }
  return success();
}

LogicalResult DynamicQuantizeOp::verify() {
  return verifyRows(*this, getInput(), getCodes(), getScales(), getZeroPoints());
}

LogicalResult DequantizeRowsOp::verify() {
  return verifyRows(*this, getCodes(), getResult(), getScales(), getZeroPoints());
}

LogicalResult DequantizeRowAccumulatorOp::verify() {
  if (failed(verifyRows(*this, getInput(), getResult(), getScales(), getZeroPoints())))
    return failure();
  auto type = cast<RankedTensorType>(getInput().getType());
  int64_t columns = type.getShape().back(), scales = getWeightScales().size();
  if (int64_t(getColumnSums().size()) != columns || (scales != 1 && scales != columns) ||
      (getBias() && int64_t(getBias()->size()) != columns)) // C3
    return emitOpError() << "expected " << columns << " column sums, one weight scale or " << columns
                         << ", and no bias or " << columns << ", got " << getColumnSums().size() << ", "
                         << scales << " and " << (getBias() ? getBias()->size() : 0);
  if (!llvm::all_of(getWeightScales(), isPositiveFinite) ||
      !llvm::all_of(getBias().value_or(ArrayRef<float>()),
                    [](float value) { return std::isfinite(value); })) // C4
    return emitOpError("expected finite, positive weight scales and finite biases");
  return success();
}

} // namespace quern
