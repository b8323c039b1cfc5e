// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/StageTimer.h"

#include "llvm/Support/Format.h"

#include <sys/resource.h>

namespace quern {

StageTimer::~StageTimer() {
  if (!enabled)
    return;
  std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - begin;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  llvm::errs() << llvm::format("%-12s %9.1f ms  %6ld MiB peak\n", stage.c_str(), elapsed.count(),
                               usage.ru_maxrss / 1024);
}

} // namespace quern
