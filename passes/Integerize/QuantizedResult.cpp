// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Integerize/QuantizedResult.h"

#include "dialects/ONNX/IR/ONNXNames.h"

#include <cmath>

using namespace mlir;

namespace quern {

FailureOr<QuantizedResult> planResult(QuantizeOp quantize, Refusal &refusal) {
  FailureOr<quant::UniformQuantizedType> type = getResultType(quantize, refusal);
  if (failed(type))
    return failure();
  ClampedValue clamped = skipClamps(quantize.getInput());
  Operation *producer = clamped.source.getDefiningOp();
  if (!producer)
    return refuse(refusal, "expected an op before the quantization, not an input of the function", "");
  Quantizer quantizer = quantizerOf(*type);
  FailureOr<CodeRange> codes = clampCodes(clamped, quantizer, refusal);
  if (failed(codes))
    return failure();
  auto storage = cast<TensorType>(clamped.source.getType()).clone(storageTypeOf(*type));
  return QuantizedResult{producer, *type, quantizer, *codes, storage};
}

LogicalResult checkMultipliers(ArrayRef<float> multipliers, Refusal &refusal) {
  if (llvm::all_of(multipliers, [](float ratio) { return std::isfinite(ratio) && ratio > 0; }))
    return success();
  return refuse(refusal, "expected ratios of scales within the range of f32",
                "calibrate on data that uses the node");
}

LogicalResult QuantizeProducer::matchAndRewrite(QuantizeOp op, PatternRewriter &rewriter) const {
  Refusal refusal;
  FailureOr<QuantizedResult> result = planResult(op, refusal);
  if (failed(result))
    return rewriter.notifyMatchFailure(op, refusal.reason);
  FailureOr<Value> codes = createCodes(rewriter, *result, refusal);
  if (failed(codes))
    return rewriter.notifyMatchFailure(op, refusal.reason);
  onnx::copyValueNames(op.getInput().getDefiningOp(), codes->getDefiningOp());
  rewriter.replaceOp(op, castFromStorage(rewriter, op.getLoc(), *codes, result->type));
  return success();
}

} // namespace quern
