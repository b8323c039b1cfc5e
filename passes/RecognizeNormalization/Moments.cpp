// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/RecognizeNormalization/Moments.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/Reduction.h"

using namespace mlir;

namespace quern {

std::optional<int> rootPower(Operation *op) {
  if (isa<onnx::SqrtOp>(op))
    return 1;
  std::optional<double> exponent =
      isa<onnx::PowOp>(op) ? onnx::getConstantScalar(op->getOperand(1)) : std::nullopt;
  if (exponent == 0.5 || exponent == -0.5)
    return *exponent > 0 ? 1 : -1;
  return std::nullopt;
}

/// The first axis of a mean over the last axes (C2).
static std::optional<int64_t> firstAxis(onnx::ReduceMeanOp mean) {
  auto type = dyn_cast<RankedTensorType>(mean.getData().getType());
  if (!type || mean.getKeepdims() != 1)
    return std::nullopt;
  int64_t rank = type.getRank();
  std::optional<SmallVector<int64_t>> axes = onnx::getConstantIntegers(mean.getAxes());
  if (!axes || axes->empty())
    return std::nullopt;
  for (int64_t &axis : *axes)
    axis += axis < 0 ? rank : 0;
  llvm::sort(*axes);
  for (auto [index, axis] : llvm::enumerate(*axes))
    if (axis != rank - static_cast<int64_t>(axes->size()) + static_cast<int64_t>(index))
      return std::nullopt;
  return axes->front();
}

/// u, if `value` is u^2.
static Value squareRootOf(Value value) {
  if (auto product = value.getDefiningOp<onnx::MulOp>())
    return product.getA() == product.getB() ? product.getA() : Value();
  auto power = value.getDefiningOp<onnx::PowOp>();
  return power && onnx::getConstantScalar(power.getY()) == 2 ? power.getX() : Value();
}

bool isMean(Value value, const Moments &moments) {
  auto mean = value.getDefiningOp<onnx::ReduceMeanOp>();
  return mean && mean.getData() == moments.x && firstAxis(mean) == moments.axis;
}

/// Splits d = x - mean(x), with a mean over the same axes.
static void splitMean(Moments &moments) {
  auto difference = moments.d.getDefiningOp<onnx::SubOp>();
  auto mean = difference ? difference.getB().getDefiningOp<onnx::ReduceMeanOp>() : onnx::ReduceMeanOp();
  if (!mean || mean.getData() != difference.getA() || firstAxis(mean) != moments.axis)
    return;
  moments.x = difference.getA();
  moments.mean = mean.getReduced();
  moments.group.add(mean);
  moments.group.add(difference);
}

std::optional<Moments> matchMoments(Operation *op) {
  std::optional<int> power = rootPower(op);
  auto sum = power ? op->getOperand(0).getDefiningOp<onnx::AddOp>() : onnx::AddOp();
  if (!sum)
    return std::nullopt;
  unsigned constant = onnx::getConstant(sum.getB()) ? 1 : 0;
  std::optional<double> epsilon = onnx::getConstantScalar(sum->getOperand(constant)); // (C3)
  auto mean = sum->getOperand(1 - constant).getDefiningOp<onnx::ReduceMeanOp>();
  std::optional<int64_t> axis = mean ? firstAxis(mean) : std::nullopt;
  Value d = axis ? squareRootOf(mean.getData()) : Value();
  if (!epsilon || !(*epsilon > 0) || !d || op->getResult(0).getType() != mean.getReduced().getType())
    return std::nullopt;
  Moments moments{op->getResult(0), *power, d, d, Value(), *axis, *epsilon, {}};
  for (Operation *each : {mean.getData().getDefiningOp(), mean.getOperation(), sum.getOperation(), op})
    moments.group.add(each);
  splitMean(moments);
  return moments;
}

} // namespace quern
