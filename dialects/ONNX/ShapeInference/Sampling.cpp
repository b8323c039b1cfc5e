// Resize and GridSample.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/ShapeInference/Shapes.h"

#include <cmath>

using namespace mlir;

namespace quern::onnx::infer {

/// Sizes win over scales; scaled sizes are floor(size * scale) in single precision.
static FailureOr<Shape> resizedShape(Operation *op, RankedTensorType input, ArrayRef<int64_t> axes) {
  Shape shape = llvm::to_vector(input.getShape());
  std::optional<Shape> sizes = integers(op, 3);
  std::optional<SmallVector<double>> scales = getConstantReals(op->getOperand(2));
  bool bySizes = isPresent(op, 3), stretched = getString(op, "keep_aspect_ratio_policy") == "stretch";
  size_t count = bySizes ? (sizes ? sizes->size() : axes.size()) : (scales ? scales->size() : axes.size());
  if (count != axes.size())
    return op->emitOpError() << "(C13) expected one size or scale for each of " << axes.size()
                             << " axes, but got " << count;
  if (bySizes && sizes && failed(checkSizes(op, "C13", *sizes)))
    return failure();
  for (auto [i, axis] : llvm::enumerate(axes)) {
    if (bySizes)
      shape[axis] = sizes && stretched ? (*sizes)[i] : unknown;
    else if (!scales || shape[axis] == unknown)
      shape[axis] = unknown;
    else {
      float size = std::floor(static_cast<float>(shape[axis]) * static_cast<float>((*scales)[i]));
      if (!(size >= 0 && size <= static_cast<float>(maximumSize)))
        return op->emitOpError() << "(C13) expected a positive, finite scale, but got " << (*scales)[i];
      shape[axis] = static_cast<int64_t>(size);
    }
  }
  return shape;
}

LogicalResult resize(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0);
  if (!input) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  Shape all = llvm::to_vector(llvm::seq<int64_t>(0, input.getRank()));
  std::optional<ArrayRef<int64_t>> given = getIntegers(op, "axes");
  FailureOr<Shape> axes = normalizeAxes(op, given ? *given : ArrayRef<int64_t>(all), input.getRank());
  FailureOr<Shape> shape = failed(axes) ? FailureOr<Shape>() : resizedShape(op, input, *axes);
  if (failed(shape))
    return failure();
  add(types, *shape, input.getElementType());
  return success();
}

/// X [N, C, spatial...], grid [N, output spatial..., coordinates].
LogicalResult gridSample(Operation *op, Types &types) {
  RankedTensorType input = ranked(op, 0), grid = ranked(op, 1);
  if (!input || !grid) {
    addUnranked(types, elementType(op, 0));
    return success();
  }
  if (input.getRank() < 3 || grid.getRank() != input.getRank())
    return op->emitOpError() << "(C5) expected input and grid of one rank of at least 3, but got " << input
                             << " and " << grid;
  Shape shape = llvm::to_vector(input.getShape().take_front(2));
  llvm::append_range(shape, grid.getShape().drop_front().drop_back());
  add(types, shape, input.getElementType());
  return success();
}

} // namespace quern::onnx::infer
