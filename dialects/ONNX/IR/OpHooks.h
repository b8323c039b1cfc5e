// The functions that OpTraits.py attaches to ops. Only the generated sources and the files that define them
// include this. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include "dialects/ONNX/IR/ONNXDialect.h"

namespace quern::onnx::detail {

/// True unless `value` comes from `onnx.NoValue`.
bool isPresent(mlir::Value value);

/// The last axis of a ranked tensor.
std::optional<int64_t> lastAxis(mlir::Value value);

/// `number`, if that operand is present.
std::optional<unsigned> presentOperand(mlir::Operation *op, std::optional<unsigned> number);

/// `number`, if that operand is computed from constants only.
std::optional<unsigned> constantOperand(mlir::Operation *op, std::optional<unsigned> number);

/// `activations`, and `weight` if it is not constant.
llvm::SmallVector<unsigned> activationOperands(mlir::Operation *op, llvm::ArrayRef<unsigned> activations,
                                               std::optional<unsigned> weight);

} // namespace quern::onnx::detail
