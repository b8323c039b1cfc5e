// Ops that make tensors of a shape that an operand or attribute gives.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/ElementTypes.h"
#include "dialects/ONNX/ShapeInference/Shapes.h"

#include <cmath>

using namespace mlir;

namespace quern::onnx::infer {

LogicalResult constant(Operation *op, Types &types) {
  auto value = op->getAttrOfType<ElementsAttr>("value");
  types.push_back(value ? value.getShapedType() : op->getResult(0).getType());
  return success();
}

LogicalResult constantOfShape(Operation *op, Types &types) {
  auto value = op->getAttrOfType<ElementsAttr>("value");
  Type element = value ? value.getElementType() : Float32Type::get(op->getContext());
  RankedTensorType lengths = ranked(op, 0);
  if (std::optional<Shape> shape = integers(op, 0)) {
    if (failed(checkSizes(op, "C9", *shape)))
      return failure();
    add(types, *shape, element);
  } else if (lengths && lengths.getRank() == 1 && lengths.hasStaticShape())
    add(types, Shape(lengths.getDimSize(0), unknown), element);
  else
    addUnranked(types, element);
  return success();
}

LogicalResult shape(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  Type index = IntegerType::get(op->getContext(), 64);
  if (!input) {
    add(types, unknown, index);
    return success();
  }
  auto [begin, end] = shapeSlice(op, input.getRank());
  add(types, end - begin, index);
  return success();
}

LogicalResult scalarInteger(Operation *op, Types &types) {
  add(types, {}, IntegerType::get(op->getContext(), 64));
  return success();
}

LogicalResult range(Operation *op, Types &types) {
  SmallVector<double> limits;
  for (Value operand : op->getOperands())
    if (std::optional<double> limit = getConstantScalar(operand))
      limits.push_back(*limit);
  int64_t count = unknown;
  if (limits.size() == 3) {
    if (limits[2] == 0)
      return op->emitOpError() << "(C13) expected a delta other than 0";
    double numbers = std::ceil((limits[1] - limits[0]) / limits[2]);
    if (!(numbers <= maximumSize))
      return op->emitOpError() << "(C13) expected a range of at most " << maximumSize << " numbers";
    count = static_cast<int64_t>(std::max(0.0, numbers));
  }
  add(types, count, elementType(op, 0));
  return success();
}

LogicalResult random(Operation *op, Types &types) {
  std::optional<ArrayRef<int64_t>> shape = getIntegers(op, "shape");
  Type element = elementTypeFromNumber(getInteger(op, "dtype").value_or(1), op->getContext());
  if (!shape || !element || !llvm::all_of(*shape, isSize))
    return keepRest(op, types);
  add(types, *shape, element);
  return success();
}

} // namespace quern::onnx::infer
