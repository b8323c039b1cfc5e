// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/AssignPrecision/SchemeName.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace quern {

std::string SchemeName::str() const {
  return "W" + std::to_string(weightBits) + "A" + std::to_string(activationBits);
}

llvm::Expected<SchemeName> parseSchemeName(llvm::StringRef text) {
  std::string name = text.upper();
  llvm::erase_if(name, [](char c) { return c == '-' || c == '_'; });
  if (name == "W8A8" || name == "A8W8")
    return SchemeName{8, 8, std::nullopt};
  if (name == "U8S8")
    return SchemeName{8, 8, false};
  if (name == "S8S8")
    return SchemeName{8, 8, true};
  return llvm::createStringError(
      "'" + text + "' is not a quantization scheme; accepted are W8A8 (or A8W8), U8S8 and S8S8");
}

} // namespace quern
