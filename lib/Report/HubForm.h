// Reading and copying hub forms.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"

namespace quern {

/// The operand of a hub form's op before its quantizer.
mlir::Value beforeQuantizer(mlir::Value operand);

/// A copy that is to be computed in f32: constant codes are replaced by the numbers that they stand for.
/// `toCopy` gets what became of each value and op.
mlir::OwningOpRef<mlir::ModuleOp> copyForFloat(mlir::ModuleOp hub, mlir::IRMapping &toCopy);

} // namespace quern
