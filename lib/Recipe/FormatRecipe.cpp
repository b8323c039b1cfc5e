// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/FormatRecipe.h"

namespace quern {

static const char *formatSymmetry(bool symmetric) { return symmetric ? "symmetric" : "asymmetric"; }

static llvm::json::Object formatWeights(const WeightSettings &weights) {
  static constexpr const char *granularities[] = {"tensor", "channel", "group"};
  llvm::json::Object object{{"bits", weights.bits},
                            {"granularity", granularities[size_t(weights.granularity)]},
                            {"scheme", formatSymmetry(weights.symmetric)}};
  if (weights.granularity == WeightGranularity::Group)
    object["group-size"] = weights.groupSize;
  return object;
}

static llvm::json::Object formatActivations(const ActivationSettings &activations) {
  static constexpr const char *modes[] = {"static", "dynamic", "float"};
  llvm::json::Object object{{"mode", modes[size_t(activations.mode)]}};
  if (activations.mode == ActivationMode::Float)
    return object;
  object["bits"] = activations.bits;
  object["type"] = activations.isSigned ? "s8" : "u8";
  object["scheme"] = formatSymmetry(activations.symmetric);
  return object;
}

static llvm::json::Object formatSettings(const PrecisionSettings &settings) {
  return llvm::json::Object{{"weights", formatWeights(settings.weights)},
                            {"activations", formatActivations(settings.activations)},
                            {"methods", llvm::json::Array(settings.methods)}};
}

static llvm::json::Object formatRule(const RecipeRule &rule) {
  llvm::json::Object match;
  if (!rule.name.empty())
    match["name"] = llvm::json::fixUTF8(rule.name);
  if (!rule.operators.empty())
    match["op"] = llvm::json::Array(rule.operators);
  llvm::json::Array layers;
  for (LayerPosition layer : rule.layers)
    layers.push_back(layerPositionNames[size_t(layer)]);
  if (!layers.empty())
    match["layer"] = std::move(layers);
  llvm::json::Object object =
      rule.isFloat ? llvm::json::Object{{"float", true}} : formatSettings(rule.settings);
  object["match"] = std::move(match);
  return object;
}

llvm::json::Object formatRecipe(const Recipe &recipe) {
  llvm::json::Object calibration{{"observer", recipe.calibration.observer}};
  if (recipe.calibration.samples)
    calibration["samples"] = *recipe.calibration.samples;
  if (const LengthProfile &length = recipe.calibration.length; length.isGiven()) {
    calibration["length"] = length.str();
    if (!length.dimension.empty())
      calibration["length-dimension"] = llvm::json::fixUTF8(length.dimension);
  }
  llvm::json::Object object{
      {"version", 1}, {"default", formatSettings(recipe.settings)}, {"calibration", std::move(calibration)}};
  llvm::json::Array rules;
  for (const RecipeRule &rule : recipe.rules)
    rules.push_back(formatRule(rule));
  if (!rules.empty())
    object["rules"] = std::move(rules);
  return object;
}

} // namespace quern
