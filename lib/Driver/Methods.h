// Which methods for accuracy there are, and which of them a scheme can use.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Recipe/ReadRecipe.h"
#include "passes/RoundWeights/RoundWeights.h"

#include <array>

namespace quern {

/// Methods that choose codes of weights rather than transform the model.
inline constexpr std::array<const char *, 4> roundingNames = {"clip", "gptq", "bias-correction",
                                                              "drift-correction"};

/// Every name that --method and recipes accept: auto, none, the roundings, and the transformations of
/// lib/Pipelines/MethodTable.h.
std::vector<std::string> listMethodNames();

/// The transformations for --help, those that only serve weights whose activations stay float apart.
std::string describeTransformations();

/// The names that --sensitivity accepts, and its text in --help.
std::vector<const char *> listSensitivities();
std::string describeSensitivities();

/// Why known methods do not go together, in this order; empty if they do.
std::string findCompositionProblem(llvm::ArrayRef<std::string> methods);

/// Why the settings' methods do not go together or do not apply to their scheme; empty if they do.
std::string findMethodProblem(const PrecisionSettings &settings);

/// The roundings that the settings ask for. auto is all of them for weights of fewer than 8 bits or alone, if
/// there is data to choose by.
RoundingChoice chooseRounding(const PrecisionSettings &settings, bool hasData);

/// The names that a recipe file may use.
RecipeVocabulary makeVocabulary();

} // namespace quern
