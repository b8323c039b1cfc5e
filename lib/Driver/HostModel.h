// Runs a module of the onnx or quern dialect in this process.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Runtime/LoadedModel.h"
#include "lib/Targets/Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

#include <memory>

namespace quern {

/// This machine's own target.
llvm::Expected<std::unique_ptr<Target>> createHostTarget();

/// Takes a float or integer graph with static shapes through structure and lowering, and loads it. `module`
/// is consumed.
llvm::Expected<std::unique_ptr<LoadedModel>> loadForHost(mlir::ModuleOp module);

} // namespace quern
