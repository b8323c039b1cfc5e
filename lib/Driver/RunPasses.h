// What a stage does to a module.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

namespace quern {

/// Runs the passes that `populate` adds.
inline llvm::LogicalResult runPasses(mlir::ModuleOp module,
                                     llvm::function_ref<void(mlir::OpPassManager &)> populate) {
  mlir::PassManager manager(module.getContext());
  populate(manager);
  return manager.run(module);
}

} // namespace quern
