// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/Preset.h"

#include "lib/Recipe/NamePattern.h"
#include "lib/Recipe/SchemeName.h"

#include "llvm/ADT/StringExtras.h"

namespace quern {

bool isSymmetricByDefault(const WeightSettings &weights) { return weights.bits == 8; }

namespace {
/// What is wrong with a preset, one reason a line.
struct Reasons {
  std::string text;

  void add(const llvm::Twine &reason) { text += (text.empty() ? "" : "\n") + reason.str(); }

  /// True if `value` is `yes`, false if it is `no`; anything else but an empty one is a reason.
  bool choose(llvm::StringRef flag, llvm::StringRef value, llvm::StringRef yes, llvm::StringRef no,
              bool byDefault) {
    if (value.empty())
      return byDefault;
    if (value != yes && value != no)
      add(flag + ": '" + value + "' is neither " + no + " nor " + yes);
    return value == yes;
  }
};
} // namespace

static PrecisionSettings makeSettings(const Preset &preset, const SchemeName &scheme, Reasons &reasons) {
  PrecisionSettings settings;
  settings.methods = preset.methods;
  settings.activations.bits = scheme.activationBits;
  settings.activations.mode = scheme.isWeightOnly() ? ActivationMode::Float : ActivationMode::Static;
  bool isDynamic = reasons.choose("activations", preset.activationMode, "dynamic", "static", false);
  if (scheme.isWeightOnly() && !preset.activationMode.empty())
    reasons.add("activations: " + scheme.str() +
                " leaves them float, so they are neither static nor dynamic");
  if (!scheme.isWeightOnly()) {
    if (isDynamic)
      settings.activations.mode = ActivationMode::Dynamic;
    settings.activations.isSigned = reasons.choose("activation-type", preset.activationType, "s8", "u8",
                                                   scheme.signedActivations.value_or(false));
    settings.activations.symmetric =
        reasons.choose("activation-scheme", preset.activationScheme, "symmetric", "asymmetric", false);
  }
  settings.weights.bits = scheme.weightBits;
  if (reasons.choose("weight-granularity", preset.weightGranularity, "tensor", "channel", false))
    settings.weights.granularity = WeightGranularity::Tensor;
  if (preset.groupSize > 0) {
    if (settings.weights.granularity == WeightGranularity::Tensor)
      reasons.add("weights have one scale per tensor or one per group of " + llvm::Twine(preset.groupSize) +
                  ", not both");
    settings.weights.granularity = WeightGranularity::Group;
    settings.weights.groupSize = preset.groupSize;
  }
  settings.weights.symmetric = reasons.choose("weight-scheme", preset.weightScheme, "symmetric", "asymmetric",
                                              isSymmetricByDefault(settings.weights));
  return settings;
}

llvm::Expected<Recipe> makeRecipe(const Preset &preset) {
  Reasons reasons;
  Recipe recipe;
  llvm::Expected<SchemeName> scheme = parseSchemeName(preset.scheme);
  if (scheme) {
    recipe.settings = makeSettings(preset, *scheme, reasons);
    if (std::string problem = findSchemeProblem(recipe.settings); !problem.empty())
      reasons.add(problem);
  } else {
    reasons.add(llvm::toString(scheme.takeError()));
  }
  recipe.calibration.observer = preset.observer;
  if (!preset.calibrationLength.empty()) {
    llvm::Expected<LengthProfile> profile = parseLengthProfile(preset.calibrationLength);
    if (profile)
      recipe.calibration.length = std::move(*profile);
    else
      reasons.add("calibration-length: " + llvm::toString(profile.takeError()));
  }
  recipe.calibration.length.dimension = preset.lengthDimension;
  for (const std::string &pattern : preset.exclude) {
    if (std::string problem = findPatternProblem(pattern); !problem.empty())
      reasons.add("exclude: " + problem);
    RecipeRule &rule = recipe.rules.emplace_back();
    rule.name = pattern;
    rule.isFloat = true;
  }
  if (!reasons.text.empty())
    return llvm::createStringError(reasons.text);
  return recipe;
}

} // namespace quern
