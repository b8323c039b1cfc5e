// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/Methods.h"

#include "dialects/ONNX/IR/OpSchemas.h"
#include "lib/Numerics/Observer.h"
#include "lib/Pipelines/Assignment/Sensitivity/Sensitivity.h"
#include "lib/Pipelines/Transform.h"
#include "passes/EdgeTransforms/Method.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace quern {

std::vector<std::string> listMethodNames() {
  std::vector<std::string> names = {"auto", "none"};
  llvm::append_range(names, listMethods());
  llvm::append_range(names, roundingNames);
  return names;
}

std::string describeTransformations() {
  std::vector<llvm::StringRef> general, weightsOnly;
  for (const Method &method : allMethods())
    (method.purpose == MethodPurpose::WeightsOnly ? weightsOnly : general).push_back(method.name);
  return llvm::join(general, ", ") + "; weights only: " + llvm::join(weightsOnly, ", ");
}

std::vector<const char *> listSensitivities() {
  std::vector<const char *> names;
  for (const Sensitivity &sensitivity : allSensitivities())
    names.push_back(sensitivity.name.data());
  return names;
}

std::string describeSensitivities() {
  std::string text = "How --assign=auto measures what fewer bits lose:";
  for (const Sensitivity &sensitivity : allSensitivities())
    text += (&sensitivity == allSensitivities().begin() ? " " : "; ") + sensitivity.name.str() + " (" +
            sensitivity.summary.str() + ")";
  return text + ". Default: " + allSensitivities().front().name.str() + "; without data, round-off";
}

static bool isRounding(llvm::StringRef method) { return llvm::is_contained(roundingNames, method); }

std::string findCompositionProblem(llvm::ArrayRef<std::string> methods) {
  for (const char *alone : {"auto", "none"})
    if (methods.size() > 1 && llvm::is_contained(methods, alone))
      return std::string("'") + alone + "' stands alone";
  std::vector<std::string> transformations;
  llvm::copy_if(methods, std::back_inserter(transformations),
                [](const std::string &method) { return method != "auto" && !isRounding(method); });
  return llvm::toString(checkMethods(transformations));
}

std::string findMethodProblem(const PrecisionSettings &settings) {
  for (const std::string &method : settings.methods) {
    if (settings.isDynamic() && method != "auto" && method != "none" && !isRounding(method))
      return "'" + method +
             "' fits channels to ranges from data, which dynamic activations do not have; accepted are auto, "
             "none, " +
             llvm::join(roundingNames, ", ");
    if (llvm::Error error = checkMethodFits(method, settings.name(), !settings.isWeightOnly()))
      return llvm::toString(std::move(error));
    if (std::string problem = findRowsProblem(settings); method == kAttentionRows && !problem.empty())
      return "'" + method + "': " + problem;
  }
  return findCompositionProblem(settings.methods);
}

RoundingChoice chooseRounding(const PrecisionSettings &settings, bool hasData) {
  auto names = [&](llvm::StringRef method) { return llvm::is_contained(settings.methods, method); };
  bool automatic = names("auto") && hasData;
  // Of eight bits none is wasted on large weights.
  bool isNarrow = settings.weights.bits < 8;
  return {(automatic && isNarrow) || names("clip"), names(kActivationAwareScaling),
          automatic || names("gptq"), automatic || names("bias-correction"),
          (automatic && isNarrow) || names("drift-correction")};
}

RecipeVocabulary makeVocabulary() {
  RecipeVocabulary vocabulary;
  for (const onnx::OpSchema &schema : onnx::allOpSchemas())
    vocabulary.operators.push_back(schema.name.str());
  vocabulary.methods = listMethodNames();
  vocabulary.observers.assign(std::begin(observerNames), std::end(observerNames));
  vocabulary.findMethodProblem = findMethodProblem;
  return vocabulary;
}

} // namespace quern
