// The ops of the `quern` dialect.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/Quern/IR/QuernAttributes.h"
#include "dialects/Quern/IR/QuernDialect.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace quern::detail {
/// Checks what QuantizedResultInterface promises (Q1 to Q3).
llvm::LogicalResult verifyQuantizedResult(mlir::Operation *op);
} // namespace quern::detail

#include "dialects/Quern/IR/QuernInterfaces.h.inc"

#define GET_OP_CLASSES
#include "dialects/Quern/IR/QuernOps.h.inc"
