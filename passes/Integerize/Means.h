// Means of codes, over windows or whole dimensions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/Integerize/QuantizedResult.h"

namespace quern {

/// A window over the spatial dimensions, everything stated.
struct WindowPlan {
  llvm::SmallVector<int64_t> kernel, strides, dilations;
  llvm::SmallVector<int64_t> pads; ///< begins, then ends
  bool includePadding;
};

/// A mean of codes: of a window, or else over whole dimensions.
struct MeanPlan {
  TensorCodes input;
  std::optional<WindowPlan> window;
  llvm::SmallVector<int64_t> axes; ///< without a window: what is averaged, ascending
  bool keepDimensions;
};

/// How onnx.AveragePool, onnx.GlobalAveragePool or onnx.ReduceMean computes on codes.
mlir::FailureOr<MeanPlan> planMean(mlir::Operation *op, Refusal &refusal);

} // namespace quern
