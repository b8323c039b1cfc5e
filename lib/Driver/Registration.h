// The dialects that every program of Quern knows.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/DialectRegistry.h"

namespace quern {

/// Quern's dialects and all of MLIR's that stages use, with what bufferization and translation attach to
/// them.
void registerDialects(mlir::DialectRegistry &registry);

} // namespace quern
