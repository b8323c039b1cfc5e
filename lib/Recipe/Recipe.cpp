// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/Recipe.h"

#include "llvm/ADT/StringExtras.h"

namespace quern {

std::string PrecisionSettings::name() const {
  std::string name = "W" + std::to_string(weights.bits) + "A" + std::to_string(activations.bits);
  return isDynamic() ? name + " dynamic" : name;
}

std::string RecipeRule::description() const {
  std::string text = name.empty() ? "" : "name '" + name + "'";
  if (!operators.empty())
    text += (text.empty() ? "op " : ", op ") + llvm::join(operators, " or ");
  for (const LayerPosition &layer : layers)
    text += (&layer != layers.data() ? " or "
             : text.empty()          ? "layer "
                                     : ", layer ") +
            std::string(layerPositionNames[size_t(layer)]);
  return text;
}

bool Recipe::needsRanges() const {
  return anySettings(
      [](const PrecisionSettings &asked) { return asked.activations.mode == ActivationMode::Static; });
}

std::string Recipe::name() const {
  bool mixed = anySettings([&](const PrecisionSettings &asked) { return asked.name() != settings.name(); });
  return mixed ? "mixed" : settings.name();
}

static std::string findDynamicProblem(const PrecisionSettings &settings) {
  if (settings.activations.isSigned || settings.activations.symmetric)
    return "dynamic activations have u8 codes and zero points that follow each row: no other activation type "
           "or "
           "activation scheme is accepted with them";
  if (settings.weights.granularity != WeightGranularity::Channel)
    return "dynamic activations go with one weight scale per channel, not per tensor or group";
  return {};
}

static std::string findWeightOnlyProblem(const PrecisionSettings &settings) {
  if (settings.weights.bits < 2 || settings.weights.bits > 8)
    return "weights alone have 2 to 8 bits";
  if (settings.weights.granularity == WeightGranularity::Tensor)
    return "weights alone have one scale per channel or per group, not per tensor";
  return {};
}

std::string findSchemeProblem(const PrecisionSettings &settings) {
  if (settings.isWeightOnly())
    return findWeightOnlyProblem(settings);
  if (settings.weights.bits < 2 || settings.weights.bits > 8 || settings.activations.bits != 8)
    return settings.name() +
           " is not a quantization scheme; accepted are W2A8 to W8A8, and W2A16 to W8A16 with "
           "activations that stay float";
  if (settings.isDynamic())
    return findDynamicProblem(settings);
  return {};
}

} // namespace quern
