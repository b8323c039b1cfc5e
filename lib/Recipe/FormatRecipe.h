// Recipes as JSON, which is YAML too.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Recipe/Recipe.h"

#include "llvm/Support/JSON.h"

namespace quern {

/// The canonical form: every setting is stated, so that later defaults do not change its meaning. parseRecipe
/// reads it back as the same recipe.
llvm::json::Object formatRecipe(const Recipe &recipe);

} // namespace quern
