// Sums and products of two tensors of codes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/Integerize/QuantizedResult.h"

namespace quern {

/// Both operands of a sum, difference or product, as codes.
struct BinaryPlan {
  TensorCodes first, second;
};

/// How onnx.Add, onnx.Sub or onnx.Mul computes on codes.
mlir::FailureOr<BinaryPlan> planBinary(mlir::Operation *op, Refusal &refusal);

} // namespace quern
