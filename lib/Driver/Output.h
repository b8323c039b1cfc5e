// Where the output of a compilation goes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"

namespace quern {

/// Writes the output to where the options say, which may be memory, and the files beside it, each as a whole;
/// all of them or none. Stops before that if it is asked to.
llvm::Error writeOutputs(const CompileOptions &options, llvm::StringRef output,
                         const std::vector<std::pair<std::string, std::string>> &beside);

/// Why writing the outputs would replace an input; empty where it would not.
std::string findOverwrittenInput(const CompileOptions &options);

/// The folder of the output, so that a rename stays within one file system; that of the system where the
/// output stays in memory.
std::string folderForTemporaries(const CompileOptions &options);

} // namespace quern
