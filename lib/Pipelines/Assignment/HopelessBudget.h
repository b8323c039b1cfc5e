// Budgets that no choice can keep, told before anything is measured on samples.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Recipe/Budget.h"
#include "lib/Recipe/Recipe.h"
#include "lib/Targets/Target.h"

#include "mlir/IR/BuiltinOps.h"

namespace quern {

/// Refuses the parts of the budget which nothing that calibration, methods and searches find could keep, with
/// the nearest values that the model could keep as it is now. What passes may still be refused when the
/// choice is made. Times are not looked at: they are measured.
llvm::Error checkBudgetIsNotHopeless(mlir::ModuleOp prepared, const Recipe &recipe, const Budget &budget,
                                     const Target &target, bool integerTail);

} // namespace quern
