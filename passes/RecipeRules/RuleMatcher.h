// The rules of a recipe over the ops of a module.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Recipe/Recipe.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Regex.h"

#include <vector>

namespace quern {

class RuleMatcher {
public:
  /// `recipe` has accepted patterns, and outlives the matcher.
  explicit RuleMatcher(const Recipe &recipe);

  /// The first rule that matches the op's ONNX node name, operator type and position; null if none does.
  const RecipeRule *match(mlir::Operation *op) const;

  /// The settings for an op, null where it is to stay float by a rule.
  const PrecisionSettings *settingsFor(mlir::Operation *op) const;

  /// Refuses rules that match no op of the module, all of them; warns of rules whose ops earlier rules took.
  mlir::LogicalResult verifyAllMatch(mlir::ModuleOp module) const;

private:
  bool matches(size_t rule, mlir::Operation *op) const;

  const Recipe &recipe;
  std::vector<llvm::Regex> names; ///< one for each rule
};

/// Where messages about a rule point: its line in the recipe's file.
mlir::Location locationOf(mlir::MLIRContext *context, const Recipe &recipe, const RecipeRule &rule);

} // namespace quern
