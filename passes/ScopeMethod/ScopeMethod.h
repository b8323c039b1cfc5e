// See ScopeMethod.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Recipe/Recipe.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace quern {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/ScopeMethod/ScopeMethod.h.inc"

/// The pass on a recipe in memory. An empty method only removes the marks.
std::unique_ptr<mlir::Pass> createScopeMethod(Recipe recipe, std::string method);

} // namespace quern
