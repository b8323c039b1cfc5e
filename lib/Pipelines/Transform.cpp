// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Transform.h"

#include "passes/AttentionRows/AttentionRows.h"
#include "passes/EdgeTransforms/Method.h"
#include "passes/FoldEdgeTransforms/FoldEdgeTransforms.h"
#include "passes/ScopeMethod/ScopeMethod.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassOptions.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace quern {

static const Method *findMethod(StringRef name) {
  const auto *found = llvm::find_if(allMethods(), [&](const Method &method) { return method.name == name; });
  return found == allMethods().end() ? nullptr : found;
}

std::vector<std::string> listMethods() {
  std::vector<std::string> names;
  for (const Method &method : allMethods())
    names.push_back(method.name.str());
  return names;
}

std::vector<std::string> listMethods(const Recipe &recipe) {
  std::vector<std::string> first, second, third;
  recipe.anySettings([&](const PrecisionSettings &settings) {
    for (const std::string &name : settings.methods)
      if (const Method *method = findMethod(name)) {
        std::vector<std::string> &names = method->followsOwner                ? third
                                          : method->setsScalesOfActivations() ? second
                                                                              : first;
        if (!llvm::is_contained(names, name))
          names.push_back(name);
      }
    return false;
  });
  llvm::append_range(first, second);
  llvm::append_range(first, third);
  return first;
}

RowsOfMethod rowsOfMethod(StringRef name) {
  const Method *method = findMethod(name);
  return method ? method->rows : RowsOfMethod::None;
}

static bool fits(const Method &method, bool quantizesActivations) {
  return method.purpose == MethodPurpose::Any ||
         (method.purpose == MethodPurpose::CodesOfBoth) == quantizesActivations;
}

llvm::Error checkMethodFits(StringRef name, StringRef scheme, bool quantizesActivations) {
  const Method *method = findMethod(name);
  if (!method || fits(*method, quantizesActivations))
    return llvm::Error::success();
  std::string accepted = "none";
  for (const Method &known : allMethods())
    if (fits(known, quantizesActivations))
      accepted += (", " + known.name).str();
  return llvm::createStringError(
      name +
      (quantizesActivations ? " weighs errors of weights whose activations stay float (W2A16 to W8A16), but "
                            : " balances activations against weights, but ") +
      scheme + (quantizesActivations ? " quantizes activations" : " leaves activations float") +
      "; accepted are " + accepted);
}

llvm::Error checkMethods(const std::vector<std::string> &names) {
  const std::string *owner = nullptr, *follower = nullptr;
  for (const std::string &name : names) {
    const Method *method = findMethod(name);
    if (!method && name != "none") {
      std::string accepted = "none";
      for (const Method &known : allMethods())
        accepted += (", " + known.name).str();
      return llvm::createStringError("'" + name + "' is not a method; accepted are " + accepted);
    }
    if (name == "none" && names.size() > 1)
      return llvm::createStringError("'none' is no method and stands alone");
    if (llvm::count(names, name) > 1)
      return llvm::createStringError("'" + name + "' is named twice");
    // One edge, one owner of its scale.
    if (method && method->setsScalesOfActivations() && owner)
      return llvm::createStringError("'" + *owner + "' and '" + name +
                                     "' both set the scales of activations; name one of them");
    if (method && method->setsScalesOfActivations())
      owner = &name;
    bool follows = method && method->followsOwner;
    if (method && !follows && follower)
      return llvm::createStringError("'" + *follower + "' chooses codes for what '" + name +
                                     "' changes, and comes after it");
    if (follows)
      follower = &name;
    if (method && !follows && !method->setsScalesOfActivations() && owner)
      return llvm::createStringError("'" + name + "' looks at weights only and comes before '" + *owner +
                                     "'");
  }
  return llvm::Error::success();
}

std::string findRowsProblem(const PrecisionSettings &settings) {
  PrecisionSettings rows; // of weights as rows need them: there are none
  rows.activations = settings.activations;
  rows.activations.mode = ActivationMode::Dynamic;
  return findSchemeProblem(rows);
}

void populateMethod(OpPassManager &passes, StringRef name) {
  if (const Method *method = findMethod(name))
    passes.addNestedPass<func::FuncOp>(method->create());
}

std::vector<std::string> methodsToSearch() {
  std::vector<std::string> names;
  for (const Method &method : allMethods())
    if (method.purpose == MethodPurpose::CodesOfBoth && !method.followsOwner &&
        method.name != kReparameterization)
      names.push_back(method.name.str());
  return names;
}

bool asksForSearch(const Recipe &recipe) {
  return recipe.anySettings([](const PrecisionSettings &settings) {
    return settings.activations.mode == ActivationMode::Static &&
           llvm::is_contained(settings.methods, "auto");
  });
}

void populateBeforeSearch(OpPassManager &passes, const Recipe &recipe) {
  if (recipe.anySettings(
          [](const PrecisionSettings &settings) { return !findRowsProblem(settings).empty(); }))
    return;
  if (!recipe.rules.empty())
    passes.addNestedPass<func::FuncOp>(createScopeMethod(recipe, "auto"));
  passes.addNestedPass<func::FuncOp>(createAttentionRows());
  if (!recipe.rules.empty())
    passes.addNestedPass<func::FuncOp>(createScopeMethod(recipe, ""));
}

void populateTransformPipeline(OpPassManager &passes, const TransformOptions &options) {
  bool any = false, hasRules = options.recipe && !options.recipe->rules.empty();
  for (const std::string &name : options.methods)
    if (const Method *method = findMethod(name)) {
      if (hasRules)
        passes.addNestedPass<func::FuncOp>(createScopeMethod(*options.recipe, name));
      passes.addNestedPass<func::FuncOp>(method->create());
      any = true;
    }
  if (any && hasRules)
    passes.addNestedPass<func::FuncOp>(createScopeMethod(*options.recipe, ""));
  if (any)
    passes.addNestedPass<func::FuncOp>(createFoldEdgeTransforms());
}

namespace {
struct TransformFlags : PassPipelineOptions<TransformFlags> {
  ListOption<std::string> methods{*this, "methods", llvm::cl::desc("Names of methods, in order")};
};
} // namespace

void registerTransformStage() {
  PassPipelineRegistration<TransformFlags>(
      "quern-stage-transform",
      "Stage transform: rewrite the float graph so that it loses less when quantized",
      [](OpPassManager &passes, const TransformFlags &flags) {
        std::vector<std::string> names(flags.methods.begin(), flags.methods.end());
        if (llvm::Error error = checkMethods(names))
          llvm::reportFatalUsageError(std::move(error));
        populateTransformPipeline(passes, TransformOptions{names});
      });
}

} // namespace quern
