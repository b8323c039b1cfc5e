// The `quern_cpu` dialect: kernels between linalg and loops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "lib/Targets/CPU/IR/QuernCPUDialect.h.inc"
#include "lib/Targets/CPU/IR/QuernCPUEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "lib/Targets/CPU/IR/QuernCPUAttributes.h.inc"
#define GET_OP_CLASSES
#include "lib/Targets/CPU/IR/QuernCPUOps.h.inc"

namespace quern::cpu {

/// Registers the dialect and how its ops bufferize.
void registerQuernCPUDialect(mlir::DialectRegistry &registry);

} // namespace quern::cpu
