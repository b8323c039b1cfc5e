// The form of a model that shows its values: what calibration runs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace quern {

/// A copy of the module whose @main returns what is observed, and the names of that.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> makeInstrumented(mlir::ModuleOp prepared,
                                                                   std::vector<std::string> &names);

} // namespace quern
