// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Transform.h"

#include "passes/CrossLayerEqualization/CrossLayerEqualization.h"
#include "passes/EdgeTransforms/Method.h"
#include "passes/FoldEdgeTransforms/FoldEdgeTransforms.h"
#include "passes/OutlierSuppressionPlus/OutlierSuppressionPlus.h"
#include "passes/SmoothActivations/SmoothActivations.h"
#include "passes/WeightDilation/WeightDilation.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassOptions.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace quern {

namespace {
struct Method {
  StringRef name;
  bool readsActivations;
  std::unique_ptr<Pass> (*create)();
};
} // namespace

/// Every method; a new one is a line here.
static const Method methods[] = {
    {kSmoothQuant, true, [] { return createSmoothActivations(); }},
    {kOutlierSuppressionPlus, true, [] { return createOutlierSuppressionPlus(); }},
    {kWeightDilation, false, [] { return createWeightDilation(); }},
    {kCrossLayerEqualization, false, [] { return createCrossLayerEqualization(); }},
};

static const Method *findMethod(StringRef name) {
  const auto *found = llvm::find_if(methods, [&](const Method &method) { return method.name == name; });
  return found == std::end(methods) ? nullptr : found;
}

bool needsActivationRanges(StringRef name) {
  const Method *method = findMethod(name);
  return method && method->readsActivations;
}

llvm::Error checkMethods(const std::vector<std::string> &names) {
  const std::string *owner = nullptr;
  for (const std::string &name : names) {
    const Method *method = findMethod(name);
    if (!method && name != "none") {
      std::string accepted = "none";
      for (const Method &known : methods)
        accepted += (", " + known.name).str();
      return llvm::createStringError("'" + name + "' is not a method; accepted are " + accepted);
    }
    if (name == "none" && names.size() > 1)
      return llvm::createStringError("'none' is no method and stands alone");
    if (llvm::count(names, name) > 1)
      return llvm::createStringError("'" + name + "' is named twice");
    // One edge, one owner of its scale.
    if (method && method->readsActivations && owner)
      return llvm::createStringError("'" + *owner + "' and '" + name +
                                     "' both set the scales of activations; name one of them");
    if (method && method->readsActivations)
      owner = &name;
    if (method && !method->readsActivations && owner)
      return llvm::createStringError("'" + name + "' looks at weights only and comes before '" + *owner +
                                     "'");
  }
  return llvm::Error::success();
}

void populateTransformPipeline(OpPassManager &passes, const TransformOptions &options) {
  bool any = false;
  for (const std::string &name : options.methods)
    if (const Method *method = findMethod(name)) {
      passes.addNestedPass<func::FuncOp>(method->create());
      any = true;
    }
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
        populateTransformPipeline(passes, {names});
      });
}

} // namespace quern
