// The recipe that a compilation runs, from a file or from flags.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"

#include "llvm/Support/Error.h"

namespace quern {

/// The recipe of `options`, which name a file or a scheme. An error lists all that is wrong, one reason a
/// line: with the recipe's names, and with methods that do not fit their scheme.
llvm::Expected<Recipe> obtainRecipe(const CompileOptions &options);

} // namespace quern
