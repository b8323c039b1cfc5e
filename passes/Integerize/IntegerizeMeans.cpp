// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/Reduction.h"
#include "lib/Numerics/QLinear.h"
#include "passes/Integerize/Means.h"
#include "passes/Integerize/Patterns.h"

#include <numeric>

using namespace mlir;

namespace quern {

/// Padding as numbers: begins, then ends, whichever way the op states it. Dilated windows have the size
/// (kernel - 1) * dilation + 1.
static SmallVector<int64_t> explicitPads(onnx::AveragePoolOp op, const WindowPlan &plan) {
  size_t spatial = plan.kernel.size();
  if (op.getAutoPad() == "NOTSET")
    return op.getPads() ? llvm::to_vector(*op.getPads()) : SmallVector<int64_t>(2 * spatial, 0);
  SmallVector<int64_t> pads(2 * spatial, 0);
  if (op.getAutoPad() == "VALID")
    return pads;
  auto input = cast<RankedTensorType>(op.getX().getType()).getShape().drop_front(2);
  for (size_t i = 0; i < spatial; ++i) {
    int64_t positions = (input[i] + plan.strides[i] - 1) / plan.strides[i];
    int64_t reach = (positions - 1) * plan.strides[i] + (plan.kernel[i] - 1) * plan.dilations[i] + 1;
    int64_t total = std::max<int64_t>(0, reach - input[i]), half = total / 2;
    bool moreAtEnd = op.getAutoPad() == "SAME_UPPER";
    pads[i] = moreAtEnd ? half : total - half;
    pads[spatial + i] = total - pads[i];
  }
  return pads;
}

static WindowPlan planWindow(onnx::AveragePoolOp op) {
  WindowPlan plan;
  plan.kernel = llvm::to_vector(op.getKernelShape());
  SmallVector<int64_t> ones(plan.kernel.size(), 1);
  plan.strides = op.getStrides() ? llvm::to_vector(*op.getStrides()) : ones;
  plan.dilations = op.getDilations() ? llvm::to_vector(*op.getDilations()) : ones;
  plan.pads = explicitPads(op, plan);
  plan.includePadding = op.getCountIncludePad();
  return plan;
}

/// The dimensions that onnx.ReduceMean reduces, ascending.
static FailureOr<SmallVector<int64_t>> planAxes(onnx::ReduceMeanOp op, int64_t rank, Refusal &refusal) {
  SmallVector<int64_t> axes;
  if (!isa<NoneType>(op.getAxes().getType())) {
    auto constant = readIntegers(op.getAxes());
    if (!constant)
      return refuse(refusal, "expected constant axes", "make the axes an initializer");
    axes = *constant;
  }
  if (axes.empty()) {
    if (op.getNoopWithEmptyAxes())
      return refuse(refusal, "expected axes to reduce", "remove the node");
    axes.resize(rank);
    std::iota(axes.begin(), axes.end(), 0);
  }
  for (int64_t &axis : axes)
    axis += axis < 0 ? rank : 0;
  llvm::sort(axes);
  return axes;
}

FailureOr<MeanPlan> planMean(Operation *op, Refusal &refusal) {
  if (!isa<onnx::AveragePoolOp, onnx::GlobalAveragePoolOp, onnx::ReduceMeanOp>(op))
    return refuse(refusal, "expected a mean", "");
  FailureOr<TensorCodes> input = getTensorCodes(op->getOperand(0), refusal);
  if (failed(input))
    return failure();
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (!type || !type.hasStaticShape())
    return refuse(refusal, "expected a static shape", "bind its dimensions with --dim");
  MeanPlan plan{*input, std::nullopt, {}, true};
  int64_t count = 1;
  if (auto pool = dyn_cast<onnx::AveragePoolOp>(op)) {
    plan.window = planWindow(pool);
    for (int64_t extent : plan.window->kernel)
      count *= extent;
  } else {
    for (int64_t axis = 2; axis < type.getRank(); ++axis)
      plan.axes.push_back(axis);
    if (auto mean = dyn_cast<onnx::ReduceMeanOp>(op)) {
      FailureOr<SmallVector<int64_t>> axes = planAxes(mean, type.getRank(), refusal);
      if (failed(axes))
        return failure();
      plan.axes = *axes;
      plan.keepDimensions = mean.getKeepdims();
    }
    for (int64_t axis : plan.axes)
      count *= type.getDimSize(axis);
  }
  if (count > QLinearAveragePool::kLargestCount)
    return refuse(refusal,
                  "expected at most " + Twine(QLinearAveragePool::kLargestCount) +
                      " elements in a mean, got " + Twine(count),
                  "average in two steps");
  return plan;
}

namespace {

/// quantize(clamps(mean(dequantize(a)))) -> qlinear_average_pool(a) or qlinear_global_average_pool(a).
struct QuantizeMean : QuantizeProducer {
  using QuantizeProducer::QuantizeProducer;

  FailureOr<Value> createCodes(PatternRewriter &rewriter, const QuantizedResult &result,
                               Refusal &refusal) const override {
    FailureOr<MeanPlan> plan = planMean(result.producer, refusal);
    if (failed(plan))
      return failure();
    float ratio = float(plan->input.type.getScale()) / result.quantizer.scale;
    if (failed(checkMultipliers(ratio, refusal)))
      return failure();
    Location location = result.producer->getLoc();
    Value codes = castToStorage(rewriter, location, plan->input.codes);
    int64_t inputZeroPoint = plan->input.type.getZeroPoint();
    APFloat multiplier(ratio);
    if (plan->window)
      return QLinearAveragePoolOp::create(
                 rewriter, location, result.storage, codes, plan->window->kernel, plan->window->strides,
                 plan->window->pads, plan->window->dilations, plan->window->includePadding, inputZeroPoint,
                 multiplier, result.quantizer.zeroPoint, result.codes.lowest, result.codes.highest)
          .getResult();
    return QLinearGlobalAveragePoolOp::create(
               rewriter, location, result.storage, codes, plan->axes, plan->keepDimensions, inputZeroPoint,
               multiplier, result.quantizer.zeroPoint, result.codes.lowest, result.codes.highest)
        .getResult();
  }
};

} // namespace

void populateMeanPatterns(RewritePatternSet &patterns) { patterns.add<QuantizeMean>(patterns.getContext()); }

} // namespace quern
