// The numbers of constant tensors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Value.h"

namespace quern::structure {

/// The elements of a constant of integers (1 to 64 bits), zero-extended if unsigned.
mlir::FailureOr<llvm::SmallVector<int64_t>> integersOf(mlir::Value value);

/// The elements of a constant of numbers, each converted to double.
mlir::FailureOr<llvm::SmallVector<double>> numbersOf(mlir::Value value);

/// `value` with the element type of `type`, the bytes unchanged; null if the attribute's kind has no such
/// form.
mlir::ElementsAttr withSignlessElements(mlir::ElementsAttr value, mlir::RankedTensorType type);

} // namespace quern::structure
