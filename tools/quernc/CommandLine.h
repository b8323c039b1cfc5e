// quernc's command line.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"

#include <optional>

/// Parses the command line. Wrong usage is explained on standard error and yields nothing; `--help` and
/// `--version` print and end the program with status 0.
std::optional<quern::CompileOptions> parseCommandLine(int argc, char **argv);
