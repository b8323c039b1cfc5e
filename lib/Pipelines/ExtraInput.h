// Inputs that a stage gives a model for its own runs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace quern {

/// Another input of the function, the last, with a name of its own.
mlir::BlockArgument addExtraInput(mlir::func::FuncOp function, mlir::RankedTensorType type,
                                  const llvm::Twine &name);

} // namespace quern
