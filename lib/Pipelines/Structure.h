// The stage "structure": the graph, float or integer, becomes linalg on tensors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Pass/PassManager.h"

namespace quern {

struct StructureOptions {};

/// Passes on a module whose shapes are static. What cannot be lowered is reported, all of it in one run.
void populateStructurePipeline(mlir::OpPassManager &passes, const StructureOptions &options = {});

/// The flag --quern-stage-structure.
void registerStructureStage();

} // namespace quern
