// Recipes from YAML or JSON; docs/recipes.md describes the form.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Recipe/Document.h"
#include "lib/Recipe/Recipe.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

namespace quern {

/// The names that a recipe may use, which this room does not know. An empty list accepts every name.
struct RecipeVocabulary {
  std::vector<std::string> operators;
  std::vector<std::string> methods;
  std::vector<std::string> observers;
  /// Why the methods of the settings do not go together or do not apply to their scheme; empty if they do.
  llvm::function_ref<std::string(const PrecisionSettings &)> findMethodProblem;
};

/// The recipe that `text` states, with `file` for messages. All that is wrong lands in `problems`, in the
/// order of lines; then nothing is returned.
std::optional<Recipe> parseRecipe(llvm::StringRef text, llvm::StringRef file,
                                  const RecipeVocabulary &vocabulary, std::vector<Problem> &problems);

/// The recipe in a file. The error has a line `file:line: problem` for each problem.
llvm::Expected<Recipe> readRecipe(llvm::StringRef path, const RecipeVocabulary &vocabulary);

} // namespace quern
