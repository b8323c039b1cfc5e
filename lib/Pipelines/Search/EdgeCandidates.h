// What each method would do to each edge.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Recipe/Recipe.h"
#include "passes/EdgeTransforms/ChannelMap.h"
#include "passes/QuantizationAnalysis/ValueRanges.h"

#include "mlir/IR/BuiltinOps.h"

#include <map>
#include <set>

namespace quern {

struct EdgeCandidate {
  std::string method;
  ChannelMap map;
  RealRange range; ///< of the transformed value
};

/// An edge by the op number of its producer (-1: the function, an argument) and the number of the result.
using EdgeKey = std::pair<int64_t, unsigned>;

struct EdgeCandidates {
  std::vector<EdgeCandidate> candidates;
  std::set<std::pair<int64_t, unsigned>> uses; ///< op number and operand of those that read the edge
};

/// Runs each method on a copy of the numbered module, without folding, on the edges that the recipe leaves to
/// `auto`, and reads what it inserted.
llvm::FailureOr<std::map<EdgeKey, EdgeCandidates>>
collectCandidates(mlir::ModuleOp numbered, const Recipe &recipe, llvm::ArrayRef<std::string> methods);

} // namespace quern
