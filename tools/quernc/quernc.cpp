// quernc: compiles an ONNX model. The work is lib/Driver's.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/Compile.h"
#include "tools/quernc/CommandLine.h"

#include "llvm/Support/InitLLVM.h"

int main(int argc, char **argv) {
  llvm::InitLLVM initialize(argc, argv);
  std::optional<quern::CompileOptions> options = parseCommandLine(argc, argv);
  if (!options)
    return static_cast<int>(quern::Outcome::WrongUsage);
  return static_cast<int>(quern::compile(*options));
}
