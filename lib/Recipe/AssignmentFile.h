// The precision of each op with weights of one model, as a file that can be edited and given back.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace quern {

struct AssignedBits {
  std::string node;  ///< ONNX name; weights of nodes of one name come in the order of the graph
  unsigned bits = 8; ///< of the weight's codes
  std::optional<int64_t> groupSize =
      {};                             ///< elements of a channel that share a scale, 0: all; else the recipe's
  bool isFloat = false;               ///< no codes; what `bits` say has no meaning
  bool hasDynamicActivations = false; ///< each row has a scale of its own, although the recipe's have one
  unsigned line = 0;                  ///< in the file
};

struct AssignmentFile {
  std::string modelHash;
  std::vector<AssignedBits> weights;
  std::string file; ///< for messages
};

/// YAML: `version: 1`, `model: HASH`, and `weights:` with an entry `{node: NAME, bits: N}` or
/// `{node: NAME, float: true}` a line. The first may have a `group-size` (-1: one scale per channel) and
/// `activations: dynamic`. `about` is
/// a comment at the top, a line each; `notes` are comments behind the entries.
std::string formatAssignment(const AssignmentFile &assignment, llvm::ArrayRef<std::string> about,
                             llvm::ArrayRef<std::string> notes);

/// Such a file, or JSON of the same form. The error has a line `file:line: problem` for each problem: what no
/// document may be (Document.h), unknown keys, bits other than 2 to 8, sizes of groups that are none.
llvm::Expected<AssignmentFile> readAssignment(llvm::StringRef path);

} // namespace quern
