// See InsertQuantization.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace quern {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/InsertQuantization/InsertQuantization.h.inc"

/// dequantize_rows(quantize(value)): passes the rows of `value` through codes of their own scales.
mlir::Value insertRowPair(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value);

} // namespace quern
