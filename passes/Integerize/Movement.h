// Movement of codes: it commutes with quantization exactly.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/Integerize/Codes.h"

#include "dialects/ONNX/IR/ONNXDialect.h"

namespace quern {

/// An op that moves codes of `type` instead of reals.
struct MovementPlan {
  mlir::quant::UniformQuantizedType type;
  llvm::SmallVector<unsigned> moved; ///< operands that become codes
};

/// How `op` moves the codes of its operands: they have one type, and constants among them are codes of it
/// exactly.
mlir::FailureOr<MovementPlan> planMovement(mlir::Operation *op, Refusal &refusal);

/// Likewise for an op whose operands shall be quantized to `type` first.
mlir::FailureOr<MovementPlan> planQuantizedMovement(mlir::Operation *op,
                                                    mlir::quant::UniformQuantizedType type, Refusal &refusal);

} // namespace quern
