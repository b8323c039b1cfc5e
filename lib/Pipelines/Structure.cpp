// The stage "structure": the graph, float or integer, becomes linalg on tensors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Structure.h"

#include "passes/ConvertONNXToLinalg/ConvertONNXToLinalg.h"
#include "passes/ConvertQuernToLinalg/ConvertQuernToLinalg.h"

#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Pass/PassRegistry.h"

namespace quern {

void populateStructurePipeline(mlir::OpPassManager &passes, const StructureOptions &) {
  passes.addPass(createConvertONNXToLinalg());
  passes.addPass(createConvertQuernToLinalg());
  passes.addPass(mlir::createReconcileUnrealizedCastsPass());
}

void registerStructureStage() {
  mlir::PassPipelineRegistration<>(
      "quern-stage-structure", "The stage 'structure': linalg on tensors",
      [](mlir::OpPassManager &passes) { populateStructurePipeline(passes, {}); });
}

} // namespace quern
