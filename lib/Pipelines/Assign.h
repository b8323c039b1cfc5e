// The stage "assign": each op gets its precision.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Recipe/Recipe.h"

#include "mlir/Pass/PassManager.h"

namespace quern {

/// Passes on a module whose values have ranges. `integerTail`: ops behind the last contraction are on
/// integers too.
void populateAssignPipeline(mlir::OpPassManager &passes, Recipe recipe, bool integerTail = false);

/// Attaches to functions, and to ops for which a rule decides, the precision that the stage is going to give:
/// methods, which come before, measure with it.
void populateAnnouncePipeline(mlir::OpPassManager &passes, Recipe recipe);

/// The flag --quern-stage-assign.
void registerAssignStage();

} // namespace quern
