// Ops whose result has the shape of an operand, or of the operands broadcast together.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/ElementTypes.h"
#include "dialects/ONNX/ShapeInference/Shapes.h"

using namespace mlir;

namespace quern::onnx::infer {

/// The type of the first operand with another element type; unranked stays unranked.
static Type withElementType(Operation *op, Type elementType) {
  auto type = dyn_cast<TensorType>(op->getOperand(0).getType());
  return type && elementType ? type.clone(elementType) : op->getResult(0).getType();
}

LogicalResult sameAsFirst(Operation *op, Types &types) {
  types.push_back(op->getOperand(0).getType());
  return keepRest(op, types);
}

LogicalResult sameAlongAxis(Operation *op, Types &types) {
  if (RankedTensorType type = ranked(op, 0); type && type.getRank() != 0)
    if (failed(normalizeAxis(op, getInteger(op, "axis").value_or(-1), type.getRank())))
      return failure();
  return sameAsFirst(op, types);
}

LogicalResult elementwise(Operation *op, Types &types) {
  return broadcast(op, 0, op->getNumOperands(), elementType(op, 0), types);
}

LogicalResult comparison(Operation *op, Types &types) {
  return broadcast(op, 0, op->getNumOperands(), IntegerType::get(op->getContext(), 1), types);
}

LogicalResult where(Operation *op, Types &types) { return broadcast(op, 0, 3, elementType(op, 1), types); }

LogicalResult test(Operation *op, Types &types) {
  types.push_back(withElementType(op, IntegerType::get(op->getContext(), 1)));
  return success();
}

LogicalResult cast(Operation *op, Types &types) {
  int64_t number = getInteger(op, "to").value_or(0);
  Type target = elementTypeFromNumber(number, op->getContext());
  if (!target)
    return op->emitOpError() << "(C15) expected 'to' to be the number of an element type, but got " << number;
  types.push_back(withElementType(op, target));
  return success();
}

LogicalResult castLike(Operation *op, Types &types) {
  types.push_back(withElementType(op, elementType(op, 1)));
  return success();
}

/// Element type by attribute `dtype`; without it, that of the operand.
LogicalResult like(Operation *op, Types &types) {
  Type target = elementTypeFromNumber(getInteger(op, "dtype").value_or(0), op->getContext());
  types.push_back(withElementType(op, target ? target : elementType(op, 0)));
  return success();
}

LogicalResult dropout(Operation *op, Types &types) {
  types.push_back(op->getOperand(0).getType());
  addOptional(op, types, withElementType(op, IntegerType::get(op->getContext(), 1)));
  return success();
}

LogicalResult quantizeLinear(Operation *op, Types &types) {
  Type target = elementTypeFromNumber(getInteger(op, "output_dtype").value_or(0), op->getContext());
  if (isPresent(op, 2))
    target = elementType(op, 2);
  if (!target)
    target = IntegerType::get(op->getContext(), 8, IntegerType::Unsigned);
  types.push_back(withElementType(op, target));
  return success();
}

LogicalResult dequantizeLinear(Operation *op, Types &types) {
  Type target = elementTypeFromNumber(getInteger(op, "output_dtype").value_or(0), op->getContext());
  types.push_back(withElementType(op, target ? target : elementType(op, 1)));
  return success();
}

LogicalResult dynamicQuantizeLinear(Operation *op, Types &types) {
  Type code = IntegerType::get(op->getContext(), 8, IntegerType::Unsigned);
  types.push_back(withElementType(op, code));
  add(types, {}, elementType(op, 0));
  add(types, {}, code);
  return success();
}

} // namespace quern::onnx::infer
