// What may be asked of a compilation, as flags: quernc's command line, and the options of the C interface.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"

#include "llvm/ADT/ArrayRef.h"

namespace quern {

struct CommandLine {
  CompileOptions options;            ///< complete where there are no mistakes
  std::vector<std::string> mistakes; ///< each a line, without the program's name
  bool asksForHelp = false, asksForVersion = false;
};

/// Reads the arguments after the program's name.
CommandLine parseCommandLine(llvm::ArrayRef<std::string> arguments);

struct FlagDescription {
  std::string name;      ///< without dashes
  std::string valueName; ///< what stands for the value; empty for a switch
  std::string help;
};

/// All flags, sorted by name.
std::vector<FlagDescription> describeFlags();

/// The text of --help.
std::string formatHelp();

} // namespace quern
