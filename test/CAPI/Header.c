// The header is C, and a caller of an older, shorter form of its structures is served.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "quern/Compiler.h"

int compileWithoutListener(const char *model) {
  quern_listener listener = {offsetof(quern_listener, message), NULL, NULL, NULL};
  return quern_compile(model, "-", NULL, 0, NULL, &listener, NULL);
}
