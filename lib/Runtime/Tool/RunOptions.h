// The command line of quern-run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Runtime/Compare.h"

#include <optional>
#include <string>
#include <vector>

namespace quern {

struct RunOptions {
  enum class Mode { Once, Samples, TestData, Benchmark, Describe, Help, Version };

  Mode mode = Mode::Once;
  std::string model;
  std::vector<std::string> inputs; ///< NAME=FILE
  std::string outputFolder;
  std::string samples;
  std::string outputs;
  std::string expected;
  std::string testData;
  Tolerance tolerance;
  int threads = 1;
  bool json = false;
  bool profile = false; ///< with Mode::Benchmark
};

/// Parses the arguments after the program's name; dashes and underscores are one in names of options. Without
/// a result, `error` says what is wrong with them.
std::optional<RunOptions> parseRunOptions(const std::vector<std::string> &arguments, std::string &error);

/// The text of --help.
extern const char *const kRunHelp;

} // namespace quern
