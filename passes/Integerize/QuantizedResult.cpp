// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Integerize/QuantizedResult.h"

#include "dialects/ONNX/IR/ONNXNames.h"

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

void finishResult(PatternRewriter &rewriter, QuantizeOp quantize, Value codes,
                  const QuantizedResult &result) {
  onnx::copyValueNames(quantize.getInput().getDefiningOp(), codes.getDefiningOp());
  rewriter.replaceOp(quantize, castFromStorage(rewriter, quantize.getLoc(), codes, result.type));
}

} // namespace quern
