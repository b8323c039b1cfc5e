// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Math.h"
#include "passes/Integerize/Patterns.h"
#include "passes/Integerize/Softmax.h"

using namespace mlir;

namespace quern {

FailureOr<SoftmaxPlan> planSoftmax(Operation *op, Refusal &refusal) {
  auto softmax = dyn_cast<onnx::SoftmaxOp>(op);
  if (!softmax)
    return refuse(refusal, "expected a softmax", "");
  FailureOr<TensorCodes> input = getTensorCodes(softmax.getInput(), refusal);
  if (failed(input))
    return failure();
  auto type = dyn_cast<RankedTensorType>(softmax.getInput().getType());
  if (!type)
    return refuse(refusal, "expected a known rank", "bind its dimensions with --dim");
  int64_t axis = int64_t(softmax.getAxis());
  return SoftmaxPlan{*input, axis < 0 ? axis + type.getRank() : axis};
}

Value createSoftmax(OpBuilder &builder, Operation *op, const SoftmaxPlan &plan,
                    const QuantizedResult *result) {
  auto table = QLinearSoftmaxOp::computeTable(builder.getContext(), float(plan.input.type.getScale()));
  Value codes = castToStorage(builder, op->getLoc(), plan.input.codes);
  IntegerAttr axis = builder.getI64IntegerAttr(plan.axis);
  if (!result)
    return QLinearSoftmaxOp::create(builder, op->getLoc(), op->getResult(0).getType(), codes, axis, table,
                                    FloatAttr(), IntegerAttr(), IntegerAttr(), IntegerAttr());
  return QLinearSoftmaxOp::create(builder, op->getLoc(), result->storage, codes, axis, table,
                                  builder.getF32FloatAttr(result->quantizer.scale),
                                  builder.getI64IntegerAttr(result->quantizer.zeroPoint),
                                  builder.getI64IntegerAttr(result->codes.lowest),
                                  builder.getI64IntegerAttr(result->codes.highest));
}

namespace {
/// quantize(clamps(softmax(dequantize(a)))) -> qlinear_softmax(a).
struct QuantizeSoftmax : QuantizeProducer {
  using QuantizeProducer::QuantizeProducer;

  FailureOr<Value> createCodes(PatternRewriter &rewriter, const QuantizedResult &result,
                               Refusal &refusal) const override {
    FailureOr<SoftmaxPlan> plan = planSoftmax(result.producer, refusal);
    if (failed(plan))
      return failure();
    return createSoftmax(rewriter, result.producer, *plan, &result);
  }
};
} // namespace

void populateSoftmaxPatterns(RewritePatternSet &patterns) {
  patterns.add<QuantizeSoftmax>(patterns.getContext());
}

} // namespace quern
