// quern-run: runs a compiled model. See --help.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/Tool/RunTool.h"

int main(int argc, char **argv) { return quern::runTool({argv + 1, argv + argc}); }
