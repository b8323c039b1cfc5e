// See AssignPrecision.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Recipe/Recipe.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace quern {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/AssignPrecision/AssignPrecision.h.inc"

/// The pass on a recipe in memory; its options describe one otherwise.
std::unique_ptr<mlir::Pass> createAssignPrecision(Recipe recipe, bool integerTail);

/// The pass with `announce`.
std::unique_ptr<mlir::Pass> createAnnouncePrecision(Recipe recipe);

} // namespace quern
