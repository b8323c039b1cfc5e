// What quern-run does, as functions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

namespace quern {

/// Runs quern-run with the arguments after the program's name; results go to standard output, complaints to
/// standard error. Returns the exit status.
int runTool(const std::vector<std::string> &arguments);

} // namespace quern
