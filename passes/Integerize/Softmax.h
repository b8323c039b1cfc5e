// Softmax of codes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/Integerize/QuantizedResult.h"

namespace quern {

struct SoftmaxPlan {
  TensorCodes input;
  int64_t axis; ///< counted from the front
};

/// How onnx.Softmax computes on codes.
mlir::FailureOr<SoftmaxPlan> planSoftmax(mlir::Operation *op, Refusal &refusal);

/// quern.qlinear_softmax: codes for `result`, or reals where there is none.
mlir::Value createSoftmax(mlir::OpBuilder &builder, mlir::Operation *op, const SoftmaxPlan &plan,
                          const QuantizedResult *result);

} // namespace quern
