// Bits of weights that a file states, instead of a search.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Assignment/AssignableOps.h"
#include "lib/Recipe/AssignmentFile.h"

namespace quern {

/// Refuses a file of another model than the imported one, by hash.
llvm::Error checkIsOfModel(mlir::ModuleOp module, const AssignmentFile &file);

/// The option of each op as the file has it; ops that it does not name keep the first of theirs that has the
/// bits of the recipe. Refused, each with its line: nodes without a weight to choose for, bits without a
/// kernel on the target, and bits other than those that a rule of the recipe has fixed.
llvm::Expected<std::vector<size_t>> takeGivenBits(llvm::ArrayRef<AssignableOp> ops,
                                                  const AssignmentFile &file, const Recipe &recipe);

} // namespace quern
