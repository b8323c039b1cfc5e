// Time and memory of each stage, for -v.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/Support/raw_ostream.h"

#include <chrono>
#include <string>

namespace quern {

/// Prints, when it ends, how long a stage took and the process's peak memory so far; silent unless enabled.
class StageTimer {
public:
  StageTimer(std::string stage, bool enabled) : stage(std::move(stage)), enabled(enabled) {}
  ~StageTimer();
  StageTimer(const StageTimer &) = delete;
  StageTimer &operator=(const StageTimer &) = delete;

private:
  std::string stage;
  bool enabled;
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
};

} // namespace quern
