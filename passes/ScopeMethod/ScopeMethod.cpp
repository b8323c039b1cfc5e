// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ScopeMethod/ScopeMethod.h"

#include "dialects/ONNX/IR/Constants.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Recipe/ReadRecipe.h"
#include "passes/EdgeTransforms/Edges.h"
#include "passes/RecipeRules/RuleMatcher.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_SCOPEMETHOD
#include "passes/ScopeMethod/ScopeMethod.h.inc"

/// The settings that decide for an edge; null where all its consumers stay float.
static const PrecisionSettings *settingsFor(const Edge &edge, const Recipe &recipe,
                                            const RuleMatcher &rules) {
  const RecipeRule *first = nullptr;
  bool isQuantized = false;
  for (const EdgeConsumer &consumer : edge.consumers) {
    const RecipeRule *rule = rules.match(consumer.use->getOwner());
    if (rule && rule->isFloat)
      continue;
    isQuantized = true;
    // Rules lie in one vector, in their order.
    if (rule && (!first || rule < first))
      first = rule;
  }
  if (!isQuantized)
    return nullptr;
  return first ? &first->settings : &recipe.settings;
}

namespace {
struct ScopeMethodPass : impl::ScopeMethodBase<ScopeMethodPass> {
  using ScopeMethodBase::ScopeMethodBase;

  ScopeMethodPass(Recipe asked, std::string next) : recipe(std::move(asked)) { method = std::move(next); }

  LogicalResult initialize(MLIRContext *context) override {
    if (recipe || method.empty())
      return success();
    llvm::Expected<Recipe> read = readRecipe(recipeFile, RecipeVocabulary());
    if (!read)
      return emitError(UnknownLoc::get(context)) << llvm::toString(read.takeError());
    recipe = std::move(*read);
    return success();
  }

  void runOnOperation() override {
    getOperation().walk([](Operation *op) { op->removeAttr(kLeftAloneAttrName); });
    if (method.empty())
      return;
    RuleMatcher rules(*recipe);
    auto isAsked = [&](const PrecisionSettings *settings) {
      return settings && llvm::is_contained(settings->methods, method.getValue());
    };
    auto leaveAlone = [&](Operation *op) { op->setAttr(kLeftAloneAttrName, UnitAttr::get(&getContext())); };
    getOperation().walk([&](onnx::MatMulOp product) {
      if (!onnx::getConstant(product.getB()) && !isAsked(rules.settingsFor(product)))
        leaveAlone(product);
    });
    // With shifts there are fewer edges, none of them new.
    for (const Edge &edge : listEdges(getOperation(), /*shifted=*/false)) {
      if (isAsked(settingsFor(edge, *recipe, rules)))
        continue;
      for (const EdgeConsumer &consumer : edge.consumers)
        leaveAlone(consumer.use->getOwner());
    }
  }

  std::optional<Recipe> recipe;
};
} // namespace

std::unique_ptr<Pass> createScopeMethod(Recipe recipe, std::string method) {
  return std::make_unique<ScopeMethodPass>(std::move(recipe), std::move(method));
}

} // namespace quern
