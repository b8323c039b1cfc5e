// Which values of a function become codes, and at what scale.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/Quern/IR/QuernAttributes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"

namespace quern {

/// One value (or one constant operand) to pass through codes, and the uses that see the codes.
struct PlannedPair {
  mlir::Value value;
  mlir::quant::UniformQuantizedType type;
  llvm::SmallVector<mlir::OpOperand *> uses;
  unsigned group = 0; ///< values that must share a scale have one group; a constant outside them has its own
};

/// Reads `quern.precision` and the ranges; changes nothing. Fails with a diagnostic where a needed range is
/// unknown, or values that must share a scale want different formats.
mlir::FailureOr<llvm::SmallVector<PlannedPair>> planQuantization(mlir::func::FuncOp function);

/// The type of a value with this range.
mlir::quant::UniformQuantizedType chooseType(QuantizerAttr quantizer, double min, double max);

} // namespace quern
