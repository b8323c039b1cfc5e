// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/RecipeRules/RuleMatcher.h"

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "dialects/ONNX/IR/ONNXNames.h"
#include "passes/RecipeRules/LayerPosition.h"

#include "mlir/IR/Diagnostics.h"

using namespace mlir;

namespace quern {

Location locationOf(MLIRContext *context, const Recipe &recipe, const RecipeRule &rule) {
  if (recipe.file.empty())
    return UnknownLoc::get(context);
  return FileLineColLoc::get(context, recipe.file, rule.line, 1);
}

RuleMatcher::RuleMatcher(const Recipe &recipe) : recipe(recipe) {
  for (const RecipeRule &rule : recipe.rules)
    names.emplace_back(rule.name);
}

bool RuleMatcher::matches(size_t number, Operation *op) const {
  const RecipeRule &rule = recipe.rules[number];
  if (!rule.name.empty() && !names[number].match(onnx::getNodeName(op)))
    return false;
  auto isThere = [&](LayerPosition position) { return isAtPosition(op, position); };
  if (!rule.layers.empty() && llvm::none_of(rule.layers, isThere))
    return false;
  return rule.operators.empty() || (isa<onnx::ONNXDialect>(op->getDialect()) &&
                                    llvm::is_contained(rule.operators, op->getName().stripDialect()));
}

const RecipeRule *RuleMatcher::match(Operation *op) const {
  for (size_t number = 0; number < recipe.rules.size(); ++number)
    if (matches(number, op))
      return &recipe.rules[number];
  return nullptr;
}

const PrecisionSettings *RuleMatcher::settingsFor(Operation *op) const {
  const RecipeRule *rule = match(op);
  if (!rule)
    return &recipe.settings;
  return rule->isFloat ? nullptr : &rule->settings;
}

LogicalResult RuleMatcher::verifyAllMatch(ModuleOp module) const {
  std::vector<bool> matchesSome(recipe.rules.size()), takesSome(recipe.rules.size());
  module.walk([&](Operation *op) {
    bool isTaken = false;
    for (size_t number = 0; number < recipe.rules.size(); ++number) {
      if ((isTaken && matchesSome[number]) || !matches(number, op))
        continue;
      matchesSome[number] = true;
      takesSome[number] = takesSome[number] || !isTaken;
      isTaken = true;
    }
  });
  bool valid = true;
  for (auto [number, rule] : llvm::enumerate(recipe.rules)) {
    Location loc = locationOf(module.getContext(), recipe, rule);
    std::string what =
        recipe.file.empty() ? "exclude: '" + rule.name + "'" : "rule for " + rule.description();
    if (!matchesSome[number]) {
      emitError(loc)
          << what << " matches no node of the prepared model; its nodes are those that stage prepare yields";
      valid = false;
    } else if (!takesSome[number]) {
      emitWarning(loc) << what << " has no effect: earlier rules take every node that it matches";
    }
  }
  return success(valid);
}

} // namespace quern
