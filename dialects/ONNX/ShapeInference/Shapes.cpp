// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/ShapeInference/Shapes.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;

namespace quern::onnx::infer {

RankedTensorType ranked(Operation *op, unsigned operand) {
  return operand < op->getNumOperands() ? dyn_cast<RankedTensorType>(op->getOperand(operand).getType())
                                        : RankedTensorType();
}

Type elementType(Operation *op, unsigned operand) {
  auto type =
      operand < op->getNumOperands() ? dyn_cast<TensorType>(op->getOperand(operand).getType()) : TensorType();
  return type ? type.getElementType() : Type();
}

bool isPresent(Operation *op, unsigned operand) {
  return operand < op->getNumOperands() && detail::isPresent(op->getOperand(operand));
}

std::optional<Shape> integers(Operation *op, unsigned operand) {
  return operand < op->getNumOperands() ? getConstantIntegers(op->getOperand(operand)) : std::nullopt;
}

bool isSize(int64_t number) { return number == unknown || (number >= 0 && number <= maximumSize); }

void add(Types &types, ArrayRef<int64_t> shape, Type elementType) {
  types.push_back(RankedTensorType::get(shape, elementType));
}

void addUnranked(Types &types, Type elementType) { types.push_back(UnrankedTensorType::get(elementType)); }

LogicalResult keepRest(Operation *op, Types &types) {
  llvm::append_range(types, llvm::drop_begin(op->getResultTypes(), types.size()));
  return success();
}

void addOptional(Operation *op, Types &types, Type type) {
  Type declared = op->getResult(types.size()).getType();
  types.push_back(isa<NoneType>(declared) ? declared : type);
}

FailureOr<int64_t> normalizeAxis(Operation *op, int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return op->emitOpError() << "(C3) expected an axis of a tensor of rank " << rank << ", but got " << axis;
  return axis < 0 ? axis + rank : axis;
}

FailureOr<Shape> normalizeAxes(Operation *op, ArrayRef<int64_t> axes, int64_t rank) {
  Shape result;
  for (int64_t axis : axes) {
    FailureOr<int64_t> normal = normalizeAxis(op, axis, rank);
    if (failed(normal))
      return failure();
    if (llvm::is_contained(result, *normal))
      return op->emitOpError() << "(C3) names axis " << axis << " twice";
    result.push_back(*normal);
  }
  return result;
}

LogicalResult checkSizes(Operation *op, StringRef label, ArrayRef<int64_t> sizes) {
  for (int64_t size : sizes)
    if (!isSize(size))
      return op->emitOpError() << "(" << label << ") expected sizes of at least 0 and at most " << maximumSize
                               << ", but got " << size;
  return success();
}

int64_t product(ArrayRef<int64_t> dimensions) {
  int64_t result = 1;
  for (int64_t dimension : dimensions) {
    if (dimension == unknown || llvm::MulOverflow(result, dimension, result))
      return unknown;
  }
  return result;
}

FailureOr<int64_t> merge(int64_t a, int64_t b) {
  if (a != unknown && b != unknown && a != b)
    return failure();
  return a == unknown ? b : a;
}

std::pair<int64_t, int64_t> shapeSlice(Operation *op, int64_t rank) {
  auto clamp = [rank](int64_t axis) { return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank); };
  int64_t begin = clamp(getInteger(op, "start").value_or(0)),
          end = clamp(getInteger(op, "end").value_or(rank));
  return {begin, std::max(begin, end)};
}

LogicalResult broadcast(Operation *op, unsigned first, unsigned last, Type elementType, Types &types) {
  Shape shape;
  for (unsigned operand = first; operand < last; ++operand) {
    RankedTensorType type = ranked(op, operand);
    if (!type) {
      addUnranked(types, elementType);
      return keepRest(op, types);
    }
    Shape joined;
    if (!OpTrait::util::getBroadcastedShape(shape, type.getShape(), joined))
      return op->emitOpError() << "(C4) expected operands that broadcast, but operand " << operand << " is "
                               << type;
    shape = joined;
  }
  add(types, shape, elementType);
  return keepRest(op, types);
}

} // namespace quern::onnx::infer
