// Names of quantization schemes, as users write them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>

namespace quern {

/// Bits of weights and of activations; the signedness of activations where the name states it.
struct SchemeName {
  unsigned weightBits;
  unsigned activationBits;
  std::optional<bool> signedActivations;

  /// Activations stay float: A16, whatever float type the model has.
  bool isWeightOnly() const { return activationBits == 16; }
  /// The one spelling that is printed: W8A8.
  std::string str() const;
};

/// W8A8, A8W8, W4A16, ... in any case, with dashes or underscores anywhere between; U8S8 and S8S8
/// (activations first, as ONNX Runtime writes them). Anything else is an error that says what is accepted.
llvm::Expected<SchemeName> parseSchemeName(llvm::StringRef text);

} // namespace quern
