// quernc: compiles an ONNX model, and compares what it made. The work is lib/Driver's and lib/Report's.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/CommandLine.h"
#include "lib/Driver/Compile.h"
#include "lib/Report/Diff/DiffTool.h"

#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

using namespace quern;

static void print(Severity severity, llvm::StringRef text) {
  llvm::errs() << "quernc: " << severityName(severity) << ": " << text << "\n";
}

int main(int argc, char **argv) {
  llvm::InitLLVM initialize(argc, argv);
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments.front() == "diff")
    return runDiffTool(llvm::ArrayRef(arguments).drop_front());
  CommandLine line = parseCommandLine(arguments);
  if (line.asksForHelp || line.asksForVersion) {
    llvm::outs() << (line.asksForHelp ? formatHelp() : "quernc " QUERN_VERSION "\n");
    return static_cast<int>(Outcome::Done);
  }
  for (const std::string &mistake : line.mistakes)
    llvm::errs() << "quernc: " << mistake << "\n";
  if (!line.mistakes.empty())
    return static_cast<int>(Outcome::WrongUsage);
  TerminalProgress progress(llvm::errs());
  line.options.progress = &progress;
  return static_cast<int>(compile(line.options, print));
}
