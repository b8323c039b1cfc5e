// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/RecipeSource.h"

#include "lib/Driver/Methods.h"

namespace quern {

llvm::Expected<Recipe> obtainRecipe(const CompileOptions &options) {
  if (!options.recipe.empty())
    return readRecipe(options.recipe, makeVocabulary());
  llvm::Expected<Recipe> recipe = makeRecipe(options.preset);
  if (!recipe)
    return recipe.takeError();
  if (std::string problem = findMethodProblem(recipe->settings); !problem.empty())
    return llvm::createStringError("--method: " + problem);
  return recipe;
}

} // namespace quern
