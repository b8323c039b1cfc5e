// Recipes that a few flags describe: --quantize=W4A16 and its companions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Recipe/Recipe.h"

#include "llvm/Support/Error.h"

namespace quern {

/// Each as its flag has it; empty where the flag is not given.
struct Preset {
  std::string scheme = "";            ///< "W8A8" (lib/Recipe/SchemeName.h); empty: nothing is quantized
  std::string activationMode = "";    ///< "static" or "dynamic"
  std::string activationType = "";    ///< "u8" or "s8"
  std::string activationScheme = "";  ///< "asymmetric" or "symmetric"
  std::string weightGranularity = ""; ///< "channel" or "tensor"
  std::string weightScheme = "";      ///< "asymmetric" or "symmetric"
  int64_t groupSize = -1;             ///< -1: no groups
  std::vector<std::string> methods = {"auto"};
  std::vector<std::string> exclude = {}; ///< regular expressions over names of nodes that stay float
  std::string observer = "norm";
  std::string calibrationLength = ""; ///< "128", "128:3,512:1" or "auto"
  std::string lengthDimension = "";
};

/// The recipe that the flags describe. An error lists all that is wrong, one reason a line.
llvm::Expected<Recipe> makeRecipe(const Preset &preset);

/// Without a word about it, codes that are few are worth a zero point; 8 bits do well without.
bool isSymmetricByDefault(const WeightSettings &weights);

} // namespace quern
