// The program `quernc diff`.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <string>

namespace quern {

/// Runs on the arguments behind `diff` and returns the exit status: 0 done, 1 a file was refused, 2 wrong
/// usage.
int runDiffTool(llvm::ArrayRef<std::string> arguments);

} // namespace quern
