// The stage "assign" under a budget: the precision of each op's weights, so that the model fits and loses
// least.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/CostStore.h"
#include "lib/Pipelines/Assignment/Problem.h"
#include "lib/Pipelines/Assignment/Sensitivity/Sensitivity.h"
#include "lib/Pipelines/Assignment/SensitivityTable.h"
#include "lib/Pipelines/Calibrate.h"
#include "lib/Pipelines/Quantize.h"
#include "lib/Recipe/Budget.h"

namespace quern {

struct AssignmentOptions {
  Recipe recipe;
  Budget budget;
  std::string sensitivity;                        ///< empty: the reference, or round-off without samples
  QuantizeOptions quantize;                       ///< how codes are rounded
  std::optional<int64_t> limit;                   ///< of samples that are looked at: the first ones
  int64_t searchSamples = 8, heldBackSamples = 8; ///< at most
  double work = 4e11;       ///< multiply-accumulates that the refinement may take, roughly
  int64_t frontPoints = 0;  ///< budgets for which the front has the best choice; 0: no front
  bool integerTail = false; ///< no float op is wanted
  std::string dataHash;     ///< of what ranges come from; empty where there are none
  ProgressListener *progress = nullptr;
};

/// One point of the trade between loss and costs.
struct AssignmentPoint {
  std::vector<size_t> options; ///< of each op
  double loss = 0;             ///< sum of the ops' sensitivities
  std::optional<double>
      outputError; ///< of the model with all of it quantized, on samples that were held back
  Cost cost;       ///< of the model
};

struct Assignment {
  std::vector<AssignableOp> ops;
  std::string sensitivity; ///< the measure of `losses`
  LossTable losses;
  CostTable costs;
  AssignmentPoint chosen;
  std::string front; ///< JSON, if it was asked for
  Cost eightBit;     ///< of the model with the first option of each op
};

/// Chooses the precisions of an assigned, numbered module whose second moments are attached where roundings
/// want them. `samples` may be null: then the measure must do without. Costs come from the store, and what it
/// lacks is added to it; losses come from `known` if there is one, and what it lacks is measured. Changes
/// nothing but the ops' precisions, and leaves in `known` the losses of all. Refusals are diagnostics or
/// errors.
llvm::Expected<Assignment> assignToBudget(mlir::ModuleOp assigned, SampleReader *samples,
                                          const AssignmentOptions &options, const Target &target,
                                          CostStore &costs, std::optional<SensitivityTable> &known,
                                          const CompileInstrumented &compile);

/// Measures the losses of a part of the ops of such a module, as assignToBudget would.
llvm::Expected<SensitivityTable> measureSensitivities(mlir::ModuleOp assigned, SampleReader *samples,
                                                      const AssignmentOptions &options, const Target &target,
                                                      SensitivityPart part,
                                                      const CompileInstrumented &compile);

} // namespace quern
