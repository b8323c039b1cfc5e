// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/ShapeInference/Shapes.h"

using namespace mlir;

namespace quern::onnx::infer {

/// Clamps as ONNX says: forward steps stay in [0, size], backward steps in [-1, size - 1] (starts: [0, size -
/// 1]).
static void planAxis(SlicePlan &plan, int64_t axis, int64_t size, int64_t start, int64_t end, int64_t step) {
  if (size == unknown) {
    plan.sizes[axis] = unknown;
    return;
  }
  bool forward = step > 0;
  start = std::clamp<int64_t>(start < 0 ? start + size : start, 0,
                              forward ? size : std::max<int64_t>(size - 1, 0));
  end = std::clamp<int64_t>(end < 0 ? std::max<int64_t>(end + size, -1) : end, forward ? 0 : -1, size);
  int64_t distance = forward ? end - start : start - end;
  plan.starts[axis] = start;
  plan.steps[axis] = step;
  plan.sizes[axis] = distance <= 0 ? 0 : llvm::divideCeil(distance, std::abs(step));
}

FailureOr<std::optional<SlicePlan>> planSlice(Operation *op, ArrayRef<int64_t> shape) {
  int64_t rank = shape.size();
  std::optional<Shape> starts = integers(op, 1), ends = integers(op, 2), given = integers(op, 3),
                       steps = integers(op, 4);
  if (!starts || !ends || (isPresent(op, 3) && !given) || (isPresent(op, 4) && !steps))
    return std::optional<SlicePlan>();
  FailureOr<Shape> axes =
      normalizeAxes(op, given ? *given : Shape(llvm::to_vector(llvm::seq<int64_t>(0, starts->size()))), rank);
  if (failed(axes))
    return failure();
  if (ends->size() != starts->size() || axes->size() != starts->size() ||
      (steps && steps->size() != starts->size()))
    return op->emitOpError() << "(C13) starts, ends, axes and steps differ in length";
  if (steps && llvm::is_contained(*steps, 0))
    return op->emitOpError() << "(C13) expected steps other than 0";
  SlicePlan plan{Shape(rank, 0), Shape(rank, 1), llvm::to_vector(shape)};
  for (auto [i, axis] : llvm::enumerate(*axes))
    planAxis(plan, axis, shape[axis], (*starts)[i], (*ends)[i], steps ? (*steps)[i] : 1);
  return std::optional(plan);
}

Shape transposition(Operation *op, int64_t rank) {
  if (std::optional<ArrayRef<int64_t>> given = getIntegers(op, "perm"))
    return llvm::to_vector(*given);
  return llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
}

} // namespace quern::onnx::infer
