// Where the output of a compilation goes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"

namespace quern {

/// Writes to `path` as a whole or not at all, or into memory where the options say so. Stops before that if
/// it is asked to.
llvm::Error writeOutput(const CompileOptions &options, llvm::StringRef path, llvm::StringRef bytes);

/// The folder of the output, so that a rename stays within one file system; that of the system where the
/// output stays in memory.
std::string folderForTemporaries(const CompileOptions &options);

} // namespace quern
