// The stages "calibrate" to "quantize" of one compilation, and what each leaves for the next.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"
#include "lib/Pipelines/Search/TransformSearch.h"

#include "mlir/IR/BuiltinOps.h"

namespace quern {

/// Quantizes one module as a recipe asks. The stages are called once each, in this order. Refusals are
/// diagnostics.
class Quantization {
public:
  /// `options` must outlive it.
  Quantization(const CompileOptions &options, Recipe recipe) : options(options), recipe(std::move(recipe)) {}

  const Recipe &getRecipe() const { return recipe; }

  /// Attaches ranges to the values of a prepared module and returns the hash of the data that they come from:
  /// nothing where the recipe needs none.
  mlir::FailureOr<std::optional<std::string>> calibrate(mlir::ModuleOp prepared);

  /// Applies the recipe's methods that transform edges, `auto` among them.
  llvm::LogicalResult transform(mlir::ModuleOp calibrated);

  /// Gives each op its precision, and what `auto` found for ranges.
  llvm::LogicalResult assign(mlir::ModuleOp transformed);

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

  const CompileOptions &options;
  Recipe recipe;
  std::optional<TransformDecisions> decisions; ///< of the method `auto`
};

} // namespace quern
