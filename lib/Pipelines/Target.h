// The stage "target": from linalg on tensors to the LLVM dialect.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Targets/Target.h"

namespace quern {

/// The lowering of a configured target, which outlives the passes.
void populateTargetPipeline(mlir::OpPassManager &passes, const Target &target);

/// The flag --quern-stage-target.
void registerTargetStage();

} // namespace quern
