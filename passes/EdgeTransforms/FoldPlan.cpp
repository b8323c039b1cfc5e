// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/FoldPlan.h"

#include "passes/EdgeTransforms/ChannelRanges.h"

using namespace mlir;

namespace quern {

/// Longer chains between a contraction and its producer do not occur; the bound keeps the recursion off the
/// stack.
static constexpr int kLongestFold = 32;

static bool plan(Value value, int64_t axis, bool shifted, int depth, FoldPlan &result);

static bool planStep(Operation *op, onnx::ChannelStep step, bool shifted, int depth, FoldPlan &result) {
  Value operand = op->getOperand(step.operand);
  bool shiftArrives = shifted && step.change != onnx::ChannelChange::Divide;
  if (isa<NoneType>(operand.getType())) {
    if (shiftArrives && step.axis != 0)
      return false;
    result.constants.push_back({op, step, shiftArrives});
    return true;
  }
  if (isRewritableConstant(operand)) {
    result.constants.push_back({op, step, shiftArrives});
    return true;
  }
  bool canPass = step.change == onnx::ChannelChange::Divide || step.change == onnx::ChannelChange::Shift;
  return canPass && plan(operand, step.axis, shiftArrives, depth + 1, result);
}

static bool plan(Value value, int64_t axis, bool shifted, int depth, FoldPlan &result) {
  auto op = value.getDefiningOp<onnx::ChannelTransformOpInterface>();
  if (!op || depth == kLongestFold || !value.hasOneUse() || cast<OpResult>(value).getResultNumber() != 0)
    return false;
  for (const onnx::ChannelRoute &route : op.getChannelRoutes(axis, shifted)) {
    FoldPlan attempt = result;
    attempt.values.push_back({cast<OpResult>(value), axis, shifted});
    if (llvm::all_of(route,
                     [&](onnx::ChannelStep step) { return planStep(op, step, shifted, depth, attempt); })) {
      result = std::move(attempt);
      return true;
    }
  }
  return false;
}

std::optional<FoldPlan> planFold(Value value, int64_t axis, bool shifted) {
  FoldPlan result;
  if (!plan(value, axis, shifted, 0, result))
    return std::nullopt;
  return result;
}

static void changeOperand(const FoldPlan::Constant &constant, const ChannelMap &map) {
  OpBuilder builder(constant.op);
  OpOperand &operand = constant.op->getOpOperand(constant.step.operand);
  if (!isa<NoneType>(operand.get().getType())) {
    replaceConstant(operand,
                    changeConstant(builder, operand.get(), constant.step.axis, constant.step.change, map));
    return;
  }
  if (!constant.shifted)
    return;
  auto zeros = RankedTensorType::get(map.channels(), builder.getF32Type());
  Value zero = makeConstant(builder, constant.op->getLoc(), zeros, SmallVector<double>(map.channels(), 0));
  replaceConstant(operand, changeConstant(builder, zero, 0, constant.step.change, map));
  zero.getDefiningOp()->erase();
}

void applyFold(const FoldPlan &plan, const ChannelMap &map, ArrayAttr methods) {
  ChannelMap scaleOnly = map.scaleOnly();
  for (const FoldPlan::Constant &constant : plan.constants) {
    changeOperand(constant, constant.shifted ? map : scaleOnly);
    addProvenance(constant.op, methods);
  }
  for (const FoldPlan::Passed &passed : plan.values)
    transformRanges(passed.value, passed.axis, passed.shifted ? map : scaleOnly);
}

} // namespace quern
