// Ops that keep elements in order under another shape, or permute axes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/ShapeInference/Shapes.h"

using namespace mlir;

namespace quern::onnx::infer {

/// The requested shape with 0 (copy the input's dimension) and -1 (what is left) resolved.
static FailureOr<Shape> resolveShape(Operation *op, Shape request, RankedTensorType input) {
  bool zeroIsSize = getInteger(op, "allowzero").value_or(0);
  int64_t inferredAxis = -1;
  for (auto [axis, size] : llvm::enumerate(request)) {
    if (size == 0 && !zeroIsSize) {
      if (input && static_cast<int64_t>(axis) >= input.getRank())
        return op->emitOpError() << "(C9) dimension " << axis << " copies one that the input does not have";
      size = input ? input.getDimSize(axis) : unknown;
    } else if (size == -1 && inferredAxis < 0) {
      inferredAxis = axis;
      size = 1;
    } else if (size != unknown && !isSize(size))
      return op->emitOpError() << "(C9) expected dimensions of at least 0 and at most one -1, but got "
                               << size;
  }
  int64_t elements = input ? product(input.getShape()) : unknown, rest = product(request);
  bool known = elements != unknown && rest != unknown;
  bool fits = !known || (inferredAxis < 0 ? elements == rest : rest != 0 && elements % rest == 0);
  if (!fits)
    return op->emitOpError() << "(C9) " << elements << " elements do not fit the requested shape";
  if (inferredAxis >= 0)
    request[inferredAxis] = known ? elements / rest : unknown;
  return request;
}

LogicalResult reshape(Operation *op, Types &types) {
  RankedTensorType lengths = ranked(op, 1);
  std::optional<Shape> request = integers(op, 1);
  if (request) {
    FailureOr<Shape> shape = resolveShape(op, *request, ranked(op, 0));
    if (failed(shape))
      return failure();
    add(types, *shape, elementType(op, 0));
  } else if (lengths && lengths.getRank() == 1 && lengths.hasStaticShape())
    add(types, Shape(lengths.getDimSize(0), unknown), elementType(op, 0));
  else
    addUnranked(types, elementType(op, 0));
  return success();
}

LogicalResult flatten(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  if (!input) {
    add(types, {unknown, unknown}, elementType(op, 0));
    return success();
  }
  int64_t axis = getInteger(op, "axis").value_or(1), rank = input.getRank();
  if (axis < -rank || axis > rank)
    return op->emitOpError() << "(C3) expected an axis of a tensor of rank " << rank << ", but got " << axis;
  axis += axis < 0 ? rank : 0;
  add(types, {product(input.getShape().take_front(axis)), product(input.getShape().drop_front(axis))},
      input.getElementType());
  return success();
}

LogicalResult squeeze(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  bool given = isPresent(op, 1);
  std::optional<Shape> axes = integers(op, 1);
  if (!input || (given && !axes) || (!given && !input.hasStaticShape())) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  FailureOr<Shape> normal = normalizeAxes(op, axes.value_or(Shape()), input.getRank());
  if (failed(normal))
    return failure();
  Shape shape;
  for (auto [axis, size] : llvm::enumerate(input.getShape())) {
    bool dropped = given ? llvm::is_contained(*normal, static_cast<int64_t>(axis)) : size == 1;
    if (dropped && size != 1 && size != unknown)
      return op->emitOpError() << "(C9) cannot remove axis " << axis << " of size " << size;
    if (!dropped)
      shape.push_back(size);
  }
  add(types, shape, input.getElementType());
  return success();
}

LogicalResult unsqueeze(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  std::optional<Shape> axes = integers(op, 1);
  if (!input || !axes) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  int64_t rank = input.getRank() + axes->size();
  FailureOr<Shape> normal = normalizeAxes(op, *axes, rank);
  if (failed(normal))
    return failure();
  Shape shape;
  const int64_t *next = input.getShape().begin();
  for (int64_t axis = 0; axis < rank; ++axis)
    shape.push_back(llvm::is_contained(*normal, axis) ? 1 : *next++);
  add(types, shape, input.getElementType());
  return success();
}

LogicalResult transpose(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  if (!input) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  Shape permutation = transposition(op, input.getRank());
  Shape sorted = permutation;
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(0, input.getRank())))
    return op->emitOpError() << "(C11) expected 'perm' to be a permutation of the " << input.getRank()
                             << " axes";
  add(types, llvm::map_to_vector(permutation, [&](int64_t axis) { return input.getDimSize(axis); }),
      input.getElementType());
  return success();
}

/// More than the side of any image.
static constexpr int64_t maximumBlock = int64_t(1) << 20;

/// The dimension multiplied or divided by the block size.
static FailureOr<int64_t> scaled(Operation *op, int64_t size, int64_t factor, bool up) {
  if (size == unknown)
    return unknown;
  if (!up && size % factor != 0)
    return op->emitOpError() << "(C14) a dimension of size " << size << " does not divide into blocks of "
                             << factor;
  return up ? product({size, factor}) : size / factor;
}

static LogicalResult rearrangeBlocks(Operation *op, Types &types, bool depthToSpace) {
  RankedTensorType input = ranked(op, 0);
  int64_t block = getInteger(op, "blocksize").value_or(0);
  if (!input) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  if (block < 1 || block > maximumBlock || input.getRank() != 4)
    return op->emitOpError() << "(C14) expected a 'blocksize' from 1 to " << maximumBlock
                             << " and an input of rank 4";
  Shape shape = {input.getDimSize(0)};
  for (auto [axis, factor] : {std::pair<int, int64_t>{1, block * block}, {2, block}, {3, block}}) {
    FailureOr<int64_t> size = scaled(op, input.getDimSize(axis), factor, depthToSpace != (axis == 1));
    if (failed(size))
      return failure();
    shape.push_back(*size);
  }
  add(types, shape, input.getElementType());
  return success();
}

LogicalResult depthToSpace(Operation *op, Types &types) { return rearrangeBlocks(op, types, true); }
LogicalResult spaceToDepth(Operation *op, Types &types) { return rearrangeBlocks(op, types, false); }

} // namespace quern::onnx::infer
