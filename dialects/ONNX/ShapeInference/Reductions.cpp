// Ops that reduce axes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/ShapeInference/Shapes.h"

using namespace mlir;

namespace quern::onnx::infer {

static Shape reducedShape(ArrayRef<int64_t> shape, ArrayRef<int64_t> axes, bool keep) {
  Shape result;
  for (auto [axis, size] : llvm::enumerate(shape)) {
    bool reduced = llvm::is_contained(axes, static_cast<int64_t>(axis));
    if (!reduced || keep)
      result.push_back(reduced ? 1 : size);
  }
  return result;
}

LogicalResult reduction(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  bool keep = getInteger(op, "keepdims").value_or(1);
  std::optional<Shape> axes = isPresent(op, 1) ? integers(op, 1) : Shape();
  if (!input || (!axes && !keep)) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  if (!axes) { // any axis may be reduced, but the rank stays
    add(types, Shape(input.getRank(), unknown), input.getElementType());
    return success();
  }
  FailureOr<Shape> normal = normalizeAxes(op, *axes, input.getRank());
  if (failed(normal))
    return failure();
  if (normal->empty() && !getInteger(op, "noop_with_empty_axes").value_or(0))
    llvm::append_range(*normal, llvm::seq<int64_t>(0, input.getRank()));
  add(types, reducedShape(input.getShape(), *normal, keep), input.getElementType());
  return success();
}

LogicalResult argReduction(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  Type index = IntegerType::get(op->getContext(), 64);
  if (!input) {
    addUnranked(types, index);
    return success();
  }
  FailureOr<int64_t> axis = normalizeAxis(op, getInteger(op, "axis").value_or(0), input.getRank());
  if (failed(axis))
    return failure();
  add(types, reducedShape(input.getShape(), *axis, getInteger(op, "keepdims").value_or(1)), index);
  return success();
}

LogicalResult topK(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  Type index = IntegerType::get(op->getContext(), 64);
  if (!input) {
    addUnranked(types, elementType(op, 0));
    addUnranked(types, index);
    return success();
  }
  FailureOr<int64_t> axis = normalizeAxis(op, getInteger(op, "axis").value_or(-1), input.getRank());
  if (failed(axis))
    return failure();
  std::optional<Shape> count = integers(op, 1);
  Shape shape = llvm::to_vector(input.getShape());
  shape[*axis] = count && count->size() == 1 && isSize(count->front()) ? count->front() : unknown;
  add(types, shape, input.getElementType());
  add(types, shape, index);
  return success();
}

/// Statistics beside a normalization: the axes from `axis` on are reduced to 1.
LogicalResult layerNormalization(Operation *op, Types &types) {
  types.push_back(op->getOperand(0).getType());
  RankedTensorType input = ranked(op, 0);
  if (!input)
    return keepRest(op, types);
  FailureOr<int64_t> axis = normalizeAxis(op, getInteger(op, "axis").value_or(-1), input.getRank());
  if (failed(axis))
    return failure();
  Shape axes = llvm::to_vector(llvm::seq<int64_t>(*axis, input.getRank()));
  auto declared = [&](unsigned i) { return dyn_cast<TensorType>(op->getResult(i).getType()); };
  for (unsigned i = 1; i < op->getNumResults(); ++i)
    types.push_back(declared(i) ? RankedTensorType::get(reducedShape(input.getShape(), axes, true),
                                                        declared(i).getElementType())
                                : op->getResult(i).getType());
  return success();
}

} // namespace quern::onnx::infer
