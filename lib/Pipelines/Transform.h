// The stage "transform": rewrites the float graph so that it loses less when it is quantized.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/MethodTable.h"
#include "lib/Recipe/Recipe.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace quern {

struct TransformOptions {
  std::vector<std::string> methods; ///< by name, in the order in which they run; "none" is no method
  const Recipe *recipe = nullptr;   ///< whose rules say where each method runs; null: everywhere
};

/// Refuses names that are no method, and orders that do not compose (passes/EdgeTransforms/README.md); the
/// error says what is accepted.
llvm::Error checkMethods(const std::vector<std::string> &methods);

/// Refuses a method that has nothing to do for the scheme; the error says which have.
llvm::Error checkMethodFits(llvm::StringRef method, llvm::StringRef scheme, bool quantizesActivations);

/// Why no activation can have scales of rows beside the activations' codes that are asked for; empty if one
/// can. What attention-rows marks is a product of two activations, which no weight format bears on.
std::string findRowsProblem(const PrecisionSettings &settings);

/// None for names that are no method of the table.
RowsOfMethod rowsOfMethod(llvm::StringRef method);
/// The names of all methods.
std::vector<std::string> listMethods();

/// The methods that the recipe names anywhere, in an order in which they may run: methods that look at
/// weights only come first, those that follow others last.
std::vector<std::string> listMethods(const Recipe &recipe);

/// The passes of the methods, which checkMethods accepts, and the folding of what they insert. Nothing
/// without a method.
void populateTransformPipeline(mlir::OpPassManager &passes, const TransformOptions &options);

/// Some settings leave it to a search which method suits an edge of static codes.
bool asksForSearch(const Recipe &recipe);

/// What a search finds done where a recipe leaves the choice to it and codes allow it: never worse, so not
/// compared (quern-attention-rows).
void populateBeforeSearch(mlir::OpPassManager &passes, const Recipe &recipe);

/// The pass of one method, without the folding.
void populateMethod(mlir::OpPassManager &passes, llvm::StringRef method);

/// The methods among which a search has to choose where both operands are to be codes. `repq` is not among
/// them: its maps lose to those of `outlier-suppression-plus` on every norm of the transformers it was tried
/// on.
std::vector<std::string> methodsToSearch();

/// The flag --quern-stage-transform.
void registerTransformStage();

} // namespace quern
