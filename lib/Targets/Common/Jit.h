// Runs a model in this process through the interface that artefacts have, without files.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Runtime/LoadedModel.h"
#include "lib/Targets/Common/Emit.h"

namespace quern {

/// Links `object`, made for this machine with `GetterName::Common`, into this process.
llvm::Expected<std::unique_ptr<LoadedModel>> loadObject(const ModelObject &object);

/// Lowers a copy of a structured module (linalg on tensors) for `target` and loads it. Diagnostics of the
/// lowering go to the module's context; the error then only says that it failed.
llvm::Expected<std::unique_ptr<LoadedModel>> compileAndLoad(mlir::ModuleOp module, const Target &target);

} // namespace quern
