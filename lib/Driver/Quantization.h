// The stages "calibrate" to "quantize" of one compilation, and what each leaves for the next.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/HostCompiler.h"
#include "lib/Driver/Options.h"
#include "lib/Pipelines/Assignment/Assignment.h"
#include "lib/Pipelines/Quantize.h"
#include "lib/Pipelines/Search/TransformSearch.h"
#include "lib/Recipe/AssignmentFile.h"
#include "lib/Targets/Target.h"

#include "llvm/Support/JSON.h"

#include "mlir/IR/BuiltinOps.h"

namespace quern {

/// Quantizes one module as a recipe asks. The stages are called once each, in this order. Refusals are
/// diagnostics.
class Quantization {
public:
  /// `options` and `target` must outlive it.
  Quantization(const CompileOptions &options, Recipe recipe, const Target &target)
      : options(options), recipe(std::move(recipe)), target(target) {}

  const Recipe &getRecipe() const { return recipe; }

  /// Reads what the assignment of bits starts from (tables, a file of bits): before anything is measured,
  /// since that can take minutes.
  llvm::LogicalResult readFiles(mlir::MLIRContext &context);

  /// Refuses rules that match nothing of a prepared module, bits that were given for another model, and a
  /// budget that no choice can keep: before anything is measured.
  llvm::LogicalResult checkModel(mlir::ModuleOp prepared) const;

  /// Attaches ranges to the values of a prepared module and returns the hash of the data that they come from:
  /// nothing where the recipe needs none.
  mlir::FailureOr<std::optional<std::string>> calibrate(mlir::ModuleOp prepared);

  /// Applies the recipe's methods that transform edges, `auto` among them.
  llvm::LogicalResult transform(mlir::ModuleOp calibrated);

  /// Gives each op its precision, within the budget if there is one, and what `auto` found for ranges.
  llvm::LogicalResult assign(mlir::ModuleOp transformed);

  /// Files beside the artefact, by path; they are written when all else has succeeded.
  const std::map<std::string, std::string> &getReports() const { return reports; }

  /// What --assign=auto found (lib/Report/FormatAssignment.h), or null.
  const llvm::json::Value &describeAssignment() const { return assignmentReport; }
  /// With EmitKind::Sensitivities: what fewer bits of the weights of a part lose, as JSON.
  const std::string &getSensitivities() const { return sensitivities; }

  /// Refuses a compiled model that takes more than the budget: what was chosen has been compiled before, but
  /// with weights rounded otherwise.
  llvm::Error checkBudget(int64_t weightBytes, int64_t workspaceBytes) const;

  /// Yields the hub form.
  llvm::LogicalResult quantize(mlir::ModuleOp assigned);

private:
  /// What the method `auto` does.
  llvm::LogicalResult search(mlir::ModuleOp calibrated);
  /// Applies `methods`, those that the recipe names.
  llvm::LogicalResult applyMethods(mlir::ModuleOp calibrated, llvm::ArrayRef<std::string> methods);
  /// Attaches the sampled rows that the methods and the search measure errors on, where they want any.
  llvm::LogicalResult sampleRows(mlir::ModuleOp calibrated, llvm::ArrayRef<std::string> methods,
                                 bool searches);

  /// Chooses the precisions of weights within the budget.
  llvm::LogicalResult assignToBudget(mlir::ModuleOp assigned);
  /// Attaches the second moments that any choice of bits may want.
  llvm::LogicalResult attachMoments(mlir::ModuleOp assigned);
  /// Finds `sensitivities`.
  llvm::LogicalResult measureSensitivities(mlir::ModuleOp assigned);
  /// How codes of weights are chosen, for the precision that each op has.
  QuantizeOptions makeQuantizeOptions() const;

  /// Quantizes activations, and rounds the weights that make good for the errors of those before them.
  llvm::LogicalResult roundWeightsInSequence(mlir::ModuleOp assigned, const QuantizeOptions &options);

  /// Gives weights the bits that a file states.
  llvm::LogicalResult assignGivenBits(mlir::ModuleOp assigned);

  const CompileOptions &options;
  HostCompiler compiler;
  Recipe recipe;
  const Target &target;
  CostStore costs;
  std::optional<SensitivityTable> knownSensitivities;
  std::optional<AssignmentFile> givenBits;
  std::map<std::string, std::string> reports;
  llvm::json::Value assignmentReport = nullptr;
  std::string sensitivities, dataHash;
  int64_t eightBitBytes = 0;                   ///< of the model's weights with the most bits
  bool hasSecondMoments = false;               ///< of all weights that want them
  std::optional<TransformDecisions> decisions; ///< of the method `auto`
};

} // namespace quern
