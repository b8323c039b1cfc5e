// Everything that is known of one quantized model, for people and as JSON (docs/report.md).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Report/Change.h"
#include "lib/Report/TimeGroups.h"
#include "lib/Report/TriedChanges.h"

#include "llvm/Support/JSON.h"

namespace quern {

/// Where and from what the report comes.
struct ReportSubject {
  std::string model;     ///< the file
  std::string modelHash; ///< SHA-256 of it
  std::string precision; ///< "W8A8", "mixed", ...
  llvm::json::Value recipe = nullptr;
  std::string target;               ///< "cpu (znver4)"
  std::string data;                 ///< what the samples were read from
  std::string choice;               ///< which of them: a clause
  std::vector<std::string> outputs; ///< names of the model's outputs
};

/// Bytes of the compiled models.
struct ModelSizes {
  int64_t weights = 0, floatWeights = 0, workspace = 0, floatWorkspace = 0;
};

struct Report {
  ReportSubject subject;
  std::vector<ComparedNode> nodes;
  std::vector<ComparedEdge> edges;
  Measurement measured;
  std::vector<std::optional<WeightStatistics>> weights; ///< of the nodes
  std::vector<CauseShares> shares;                      ///< of the nodes
  std::vector<Cause> causes;                            ///< of the nodes
  std::vector<Change> changes;
  TriedChanges tried;

  std::vector<ErrorPower> executed; ///< of the outputs, where the artefact's code could be run here
  std::optional<ModelSizes> sizes;
  std::optional<ProfiledTimes> times, floatTimes; ///< where the code could be run here
  std::vector<TimeGroup> timeGroups;
  std::string timeMissing; ///< why there are no times
  llvm::json::Value residue = nullptr, assignment = nullptr;
};

/// Finds the causes, chooses the nodes that add most and tries changes at them. `model` must be the one that
/// was measured.
llvm::Error explainErrors(Report &report, mlir::ModuleOp floatModule, ComparedModel &model,
                          llvm::ArrayRef<Sample> samples, const CompileInstrumented &compile,
                          ProgressListener *listener);

/// The report as JSON; docs/report.md says what each member is.
llvm::json::Value toJSON(const Report &report);

} // namespace quern
