// Ops that, with their attributes and types, return their first operand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/OpHooks.h"
#include "dialects/ONNX/ShapeInference/Shapes.h"

using namespace mlir;

namespace quern::onnx::returns_operand {

bool ifStatic(Operation *op) {
  RankedTensorType type = infer::ranked(op, 0);
  return type && type.hasStaticShape();
}

bool transpose(Operation *op) {
  RankedTensorType type = infer::ranked(op, 0);
  return type && llvm::equal(infer::transposition(op, type.getRank()), llvm::seq<int64_t>(0, type.getRank()));
}

bool slice(Operation *op) {
  RankedTensorType type = infer::ranked(op, 0);
  if (!type || !type.hasStaticShape())
    return false;
  FailureOr<std::optional<infer::SlicePlan>> plan = infer::planSlice(op, type.getShape());
  return succeeded(plan) && *plan && llvm::all_of((*plan)->steps, [](int64_t step) { return step == 1; });
}

bool pad(Operation *op) {
  std::optional<infer::Shape> pads = infer::integers(op, 1);
  return pads && llvm::all_of(*pads, [](int64_t pad) { return pad == 0; });
}

} // namespace quern::onnx::returns_operand
