// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/SchemeName.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace quern {

std::string SchemeName::str() const {
  return "W" + std::to_string(weightBits) + "A" + std::to_string(activationBits);
}

/// Takes `letter` and the number behind it off the front of `text`.
static bool consumeBits(llvm::StringRef &text, char letter, unsigned &bits) {
  return text.consume_front(llvm::StringRef(&letter, 1)) && !text.consumeInteger(10, bits);
}

static bool parseBits(llvm::StringRef text, SchemeName &scheme) {
  bool weightsFirst = text.starts_with("W");
  bool parsed =
      weightsFirst
          ? consumeBits(text, 'W', scheme.weightBits) && consumeBits(text, 'A', scheme.activationBits)
          : consumeBits(text, 'A', scheme.activationBits) && consumeBits(text, 'W', scheme.weightBits);
  return parsed && text.empty();
}

llvm::Expected<SchemeName> parseSchemeName(llvm::StringRef text) {
  std::string name = text.upper();
  llvm::erase_if(name, [](char c) { return c == '-' || c == '_'; });
  if (name == "U8S8")
    return SchemeName{8, 8, false};
  if (name == "S8S8")
    return SchemeName{8, 8, true};
  SchemeName scheme{0, 0, std::nullopt};
  bool isKnown = parseBits(name, scheme);
  bool hasWeights = scheme.weightBits >= 2 && scheme.weightBits <= 8;
  if (isKnown && hasWeights && (scheme.activationBits == 8 || scheme.activationBits == 16))
    return scheme;
  return llvm::createStringError("'" + text +
                                 "' is not a quantization scheme; accepted are W2A8 to W8A8 (or A8W8), U8S8, "
                                 "S8S8, and weights only: W2A16 to W8A16");
}

} // namespace quern
