// What two artefacts compute from the same inputs, and how long they take.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Report/Diff/Comparison.h"

namespace quern {

/// Adds the times of both as fields, and a table of their outputs: the error of b against a over all samples,
/// and the first element that differs. Refused: models that do not take the same inputs.
llvm::Error compareRuns(llvm::StringRef a, llvm::StringRef b, llvm::StringRef inputs, SideBySide &sides);

} // namespace quern
