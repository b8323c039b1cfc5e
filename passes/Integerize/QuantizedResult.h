// What a quantization asks of the op before it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/Integerize/Clamps.h"
#include "passes/Integerize/Codes.h"

#include "dialects/Quern/IR/QuernOps.h"

namespace quern {

/// quantize(clamps(producer)): the codes that are wanted of the producer's result.
struct QuantizedResult {
  mlir::Operation *producer; ///< what computes, before any Relu and Clip
  mlir::quant::UniformQuantizedType type;
  Quantizer quantizer;      ///< of `type`
  CodeRange codes;          ///< within the type's, narrowed by the clamps
  mlir::TensorType storage; ///< integers of the producer's shape
};

/// Fails if the quantization is not to 8 bits of one scale, or if no op computes its operand.
mlir::FailureOr<QuantizedResult> planResult(QuantizeOp quantize, Refusal &refusal);

/// Fails unless each multiplier, a ratio of scales, is a positive f32.
llvm::LogicalResult checkMultipliers(llvm::ArrayRef<float> multipliers, Refusal &refusal);

/// quantize(clamps(producer)) -> codes that integer arithmetic yields, which take over the name of the value
/// that was quantized. One subclass for each kind of producer.
class QuantizeProducer : public mlir::OpRewritePattern<QuantizeOp> {
public:
  using OpRewritePattern::OpRewritePattern;
  llvm::LogicalResult matchAndRewrite(QuantizeOp op, mlir::PatternRewriter &rewriter) const final;

protected:
  /// The codes, of type `result.storage`. Fails, before it creates anything, for another kind of producer or
  /// one that stays float.
  virtual mlir::FailureOr<mlir::Value> createCodes(mlir::PatternRewriter &rewriter,
                                                   const QuantizedResult &result, Refusal &refusal) const = 0;
};

} // namespace quern
