// Checks that several ops of the dialect share; private to it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

#include <cmath>
#include <optional>

namespace quern {

inline bool isPositiveFinite(float value) { return std::isfinite(value) && value > 0; }

/// Ranked tensors of one shape, dynamic where both are, or two unranked ones.
llvm::LogicalResult verifySameShape(mlir::Operation *op, mlir::TensorType a, mlir::TensorType b);

/// One value without an axis or one per index along it, all finite and positive (C1, C2 of the ops that
/// rescale).
llvm::LogicalResult verifyPerTensorOrAxis(mlir::Operation *op, mlir::TensorType type, llvm::StringRef what,
                                          llvm::ArrayRef<float> values, std::optional<int64_t> axis);

/// The multiplier is finite and positive.
llvm::LogicalResult verifyMultiplier(mlir::Operation *op, const llvm::APFloat &multiplier);

/// The zero point is a code of the operand's element type.
llvm::LogicalResult verifyOperandZeroPoint(mlir::Operation *op, mlir::Type operand, int64_t zeroPoint);

} // namespace quern
