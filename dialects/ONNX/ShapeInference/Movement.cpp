// Ops that select, repeat or join elements.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/ShapeInference/Shapes.h"

#include "mlir/Dialect/Traits.h"

#include <numeric>

using namespace mlir;

namespace quern::onnx::infer {

/// Unknown if a summand is, or if it is no size.
static int64_t sum(int64_t a, int64_t b) {
  int64_t result;
  bool known = a != unknown && b != unknown && !llvm::AddOverflow(a, b, result) && isSize(result);
  return known ? result : unknown;
}

LogicalResult concat(Operation *op, Types &types) {
  Shape shape;
  for (unsigned i = 0; i < op->getNumOperands(); ++i) {
    RankedTensorType input = ranked(op, i);
    if (!input) {
      types.clear();
      addUnranked(types, elementType(op, 0));
      return success();
    }
    FailureOr<int64_t> axis = normalizeAxis(op, getInteger(op, "axis").value_or(0), input.getRank());
    if (failed(axis))
      return failure();
    if (i == 0) {
      shape = llvm::to_vector(input.getShape());
      continue;
    }
    if (input.getRank() != static_cast<int64_t>(shape.size()))
      return op->emitOpError() << "(C10) expected operands of rank " << shape.size() << ", but operand " << i
                               << " is " << input;
    for (auto [index, size] : llvm::enumerate(input.getShape())) {
      bool joined = static_cast<int64_t>(index) == *axis;
      FailureOr<int64_t> merged =
          joined ? FailureOr<int64_t>(sum(shape[index], size)) : merge(shape[index], size);
      if (failed(merged))
        return op->emitOpError() << "(C10) operand " << i << " has size " << size << " along axis " << index
                                 << ", the others " << shape[index];
      shape[index] = *merged;
    }
  }
  add(types, shape, elementType(op, 0));
  return success();
}

/// The sizes of the parts: given, or equal with a smaller last one.
static FailureOr<Shape> partSizes(Operation *op, int64_t total) {
  int64_t count = op->getNumResults();
  if (isPresent(op, 1)) {
    std::optional<Shape> sizes = integers(op, 1);
    if (!sizes)
      return Shape(count, unknown);
    if (failed(checkSizes(op, "C12", *sizes)))
      return failure();
    int64_t together = std::accumulate(sizes->begin(), sizes->end(), int64_t(0), sum);
    if (static_cast<int64_t>(sizes->size()) != count || failed(merge(total, together)))
      return op->emitOpError() << "(C12) the sizes of the parts do not add up to the dimension's " << total
                               << " for " << count << " results";
    return *sizes;
  }
  if (total == unknown)
    return Shape(count, unknown);
  int64_t part = llvm::divideCeil(total, count), last = total - part * (count - 1);
  if (last < 0)
    return op->emitOpError() << "(C12) a dimension of size " << total << " does not divide into " << count
                             << " parts";
  Shape sizes(count, part);
  sizes.back() = last;
  return sizes;
}

LogicalResult split(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  if (!input) {
    for (unsigned i = 0; i < op->getNumResults(); ++i)
      addUnranked(types, elementType(op, 0));
    return success();
  }
  FailureOr<int64_t> axis = normalizeAxis(op, getInteger(op, "axis").value_or(0), input.getRank());
  if (failed(axis))
    return failure();
  FailureOr<Shape> sizes = partSizes(op, input.getDimSize(*axis));
  if (failed(sizes))
    return failure();
  for (int64_t size : *sizes) {
    Shape shape = llvm::to_vector(input.getShape());
    shape[*axis] = size;
    add(types, shape, input.getElementType());
  }
  return success();
}

LogicalResult slice(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  if (!input) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  FailureOr<std::optional<SlicePlan>> plan = planSlice(op, input.getShape());
  if (failed(plan))
    return failure();
  if (*plan)
    add(types, (*plan)->sizes, input.getElementType());
  else
    add(types, Shape(input.getRank(), unknown), input.getElementType());
  return success();
}

LogicalResult gather(Operation *op, Types &types) {
  RankedTensorType data = ranked(op, 0), indices = ranked(op, 1);
  if (!data || !indices) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  FailureOr<int64_t> axis = normalizeAxis(op, getInteger(op, "axis").value_or(0), data.getRank());
  if (failed(axis))
    return failure();
  Shape shape = llvm::to_vector(data.getShape().take_front(*axis));
  llvm::append_range(shape, indices.getShape());
  llvm::append_range(shape, data.getShape().drop_front(*axis + 1));
  add(types, shape, data.getElementType());
  return success();
}

LogicalResult gatherElements(Operation *op, Types &types) {
  RankedTensorType indices = ranked(op, 1);
  if (indices)
    add(types, indices.getShape(), elementType(op, 0));
  else
    addUnranked(types, elementType(op, 0));
  return success();
}

LogicalResult gatherND(Operation *op, Types &types) {
  RankedTensorType data = ranked(op, 0), indices = ranked(op, 1);
  if (!data || !indices || indices.getRank() == 0 || indices.getShape().back() == unknown) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  int64_t consumed = getInteger(op, "batch_dims").value_or(0) + indices.getShape().back();
  if (consumed > data.getRank())
    return op->emitOpError() << "(C3) indices of length " << indices.getShape().back()
                             << " are longer than the rank of " << data;
  Shape shape = llvm::to_vector(indices.getShape().drop_back());
  llvm::append_range(shape, data.getShape().drop_front(consumed));
  add(types, shape, data.getElementType());
  return success();
}

LogicalResult expand(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0), lengths = ranked(op, 1);
  std::optional<Shape> request = integers(op, 1);
  if (!request && lengths && lengths.getRank() == 1 && lengths.hasStaticShape())
    request = Shape(lengths.getDimSize(0), unknown);
  Shape shape;
  if (!input || !request) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  if (failed(checkSizes(op, "C4", *request)))
    return failure();
  if (!OpTrait::util::getBroadcastedShape(input.getShape(), *request, shape))
    return op->emitOpError() << "(C4) " << input << " does not broadcast to the requested shape";
  add(types, shape, input.getElementType());
  return success();
}

LogicalResult tile(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  if (!input) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  Shape repeats = integers(op, 1).value_or(Shape(input.getRank(), unknown));
  if (static_cast<int64_t>(repeats.size()) != input.getRank())
    return op->emitOpError() << "(C13) expected one repetition for each of the " << input.getRank()
                             << " axes";
  if (failed(checkSizes(op, "C13", repeats)))
    return failure();
  Shape shape;
  for (auto [size, count] : llvm::zip_equal(input.getShape(), repeats))
    shape.push_back(product({size, count}));
  add(types, shape, input.getElementType());
  return success();
}

LogicalResult pad(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  if (!input) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  std::optional<Shape> pads = integers(op, 1), given = integers(op, 3);
  if (!pads || (isPresent(op, 3) && !given)) {
    add(types, Shape(input.getRank(), unknown), input.getElementType());
    return success();
  }
  FailureOr<Shape> axes = normalizeAxes(
      op, given ? *given : Shape(llvm::to_vector(llvm::seq<int64_t>(0, input.getRank()))), input.getRank());
  if (failed(axes))
    return failure();
  if (pads->size() != 2 * axes->size())
    return op->emitOpError() << "(C13) expected 2 pads for each of " << axes->size() << " axes, but got "
                             << pads->size();
  Shape shape = llvm::to_vector(input.getShape());
  for (auto [i, axis] : llvm::enumerate(*axes)) {
    if (shape[axis] == unknown)
      continue;
    int64_t begin = (*pads)[i], end = (*pads)[i + axes->size()], size = shape[axis];
    if (llvm::AddOverflow(size, begin, size) || llvm::AddOverflow(size, end, size) || !isSize(size) ||
        size == unknown)
      return op->emitOpError() << "(C13) axis " << axis << " is cropped below size 0 or padded beyond "
                               << maximumSize;
    shape[axis] = size;
  }
  add(types, shape, input.getElementType());
  return success();
}

LogicalResult oneHot(Operation *op, Types &types) {
  RankedTensorType indices = ranked(op, 0);
  if (!indices) {
    addUnranked(types, elementType(op, 2));
    return success();
  }
  FailureOr<int64_t> axis = normalizeAxis(op, getInteger(op, "axis").value_or(-1), indices.getRank() + 1);
  if (failed(axis))
    return failure();
  Shape shape = llvm::to_vector(indices.getShape());
  std::optional<double> depth = getConstantScalar(op->getOperand(1));
  shape.insert(shape.begin() + *axis,
               depth && *depth >= 0 && *depth <= maximumSize ? static_cast<int64_t>(*depth) : unknown);
  add(types, shape, elementType(op, 2));
  return success();
}

LogicalResult nonZero(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  add(types, {input ? input.getRank() : unknown, unknown}, IntegerType::get(op->getContext(), 64));
  return success();
}

} // namespace quern::onnx::infer
