// YAML and JSON text as a tree whose parts know their lines. LLVM's parser does the work; here are the bounds
// that keep it safe on any input.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>
#include <vector>

namespace quern {

/// What is wrong at a line of a document, and what would be accepted.
struct Problem {
  unsigned line;
  std::string text;
};

struct DocumentNode {
  enum class Kind { Null, Scalar, Sequence, Mapping };

  Kind kind = Kind::Null;
  unsigned line = 0;
  std::string text;                   ///< of a scalar, without its quotes
  std::vector<DocumentNode> keys;     ///< of a mapping, scalars in their order
  std::vector<DocumentNode> elements; ///< of a sequence, or the value of each key
};

/// One YAML document (JSON is YAML). Refused, with the line: text above 64 KiB, lines above 1000 characters,
/// nesting above 16, anchors and aliases, tags, several documents, keys that are no scalars, a key twice in
/// one mapping.
std::optional<DocumentNode> parseDocument(llvm::StringRef text, std::vector<Problem> &problems);

} // namespace quern
