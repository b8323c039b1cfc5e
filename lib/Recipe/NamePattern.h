// Regular expressions over names of nodes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace quern {

/// Why `pattern` is not accepted; empty if it is. POSIX extended syntax, of at most 1000 characters; nested
/// counted repetitions may not multiply to more than 1000, since their automaton has as many copies.
std::string findPatternProblem(llvm::StringRef pattern);

} // namespace quern
