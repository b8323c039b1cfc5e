// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/SketchedModel.h"

#include "lib/Calibration/AttachRanges/AttachRanges.h"
#include "lib/Calibration/Statistics.h"
#include "lib/Pipelines/Assign.h"
#include "passes/InsertObservers/ObservableValues.h"
#include "passes/InsertSimulation/SimulationSlots.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"

#include <array>

using namespace mlir;

namespace quern {

static Statistics inventStatistics(ModuleOp module) {
  Statistics statistics;
  if (auto hash = module->getAttrOfType<StringAttr>("onnx.model_hash"))
    statistics.modelHash = hash.str();
  // Different ones, as in life: equal scales would make constants equal, which are stored once.
  float most = 1;
  for (auto function : module.getOps<func::FuncOp>())
    if (!function.isPrivate())
      for (const ObservableValue &observable : listObservableValues(function)) {
        most += 0.03125f;
        statistics.values[observable.name].add(std::array{-1.0f, most});
      }
  return statistics;
}

FailureOr<OwningOpRef<ModuleOp>> sketchAssigned(ModuleOp prepared, const Recipe &recipe, bool integerTail) {
  OwningOpRef<ModuleOp> sketch = prepared.clone();
  // What there is to say of rules, the stages will say.
  ScopedDiagnosticHandler quiet(prepared.getContext(), [](Diagnostic &) { return success(); });
  ObserverOptions observer;
  observer.kind = ObserverKind::MinMax;
  PassManager passes(prepared.getContext());
  populateAssignPipeline(passes, recipe, integerTail);
  if (failed(attachRanges(*sketch, inventStatistics(*sketch), observer)) || failed(passes.run(*sketch)))
    return failure();
  numberOps(sketch->lookupSymbol<func::FuncOp>("main"));
  return sketch;
}

} // namespace quern
