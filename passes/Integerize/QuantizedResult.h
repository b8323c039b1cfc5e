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

/// Replaces the quantization by `codes`, which take over the name of the value that it read.
void finishResult(mlir::PatternRewriter &rewriter, QuantizeOp quantize, mlir::Value codes,
                  const QuantizedResult &result);

} // namespace quern
