// The lengths of sequences that a model is going to see.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace quern {

/// Of `weight` parts of all sequences.
struct LengthShare {
  int64_t length;
  int64_t weight = 1;

  bool operator==(const LengthShare &) const = default;
};

struct LengthProfile {
  bool automatic = false;          ///< one length, chosen by the error of codes; then there are no shares
  std::vector<LengthShare> shares; ///< the shortest first, each length once
  std::string dimension; ///< the symbolic dimension that is the length; empty: the only one there is

  bool isGiven() const { return automatic || !shares.empty(); }
  /// "auto", "128" or "128:3,512".
  std::string str() const;
};

/// Reads what LengthProfile::str writes: lengths from 1 to 2^31, weights from 1 to 1000 (1 where none is
/// stated).
llvm::Expected<LengthProfile> parseLengthProfile(llvm::StringRef text);

/// The mean length of a sequence.
double meanLength(llvm::ArrayRef<LengthShare> shares);

} // namespace quern
