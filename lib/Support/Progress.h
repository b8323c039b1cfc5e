// How far a long step has come, for a person at a terminal.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace quern {

/// One line that is redrawn in place, in the look of tqdm:
///   calibrate  43%|████████▌           | 43/100 [00:02<00:03]
/// Silent unless the stream is a terminal, so that logs and pipes hold results only. The line is removed at
/// the end.
class Progress {
public:
  /// `total` is not always known; then the bar is left out.
  Progress(llvm::StringRef what, std::optional<int64_t> total, llvm::raw_ostream &stream = llvm::errs());
  ~Progress();
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  void advance(int64_t steps = 1);

private:
  using Clock = std::chrono::steady_clock;
  void draw(Clock::time_point now);

  std::string what;
  std::optional<int64_t> total;
  llvm::raw_ostream &stream;
  bool shown;
  int64_t done = 0;
  Clock::time_point start, lastDrawn;
};

/// The text of the line, without control characters; for `done` steps in `seconds`.
std::string formatProgress(llvm::StringRef what, int64_t done, std::optional<int64_t> total, double seconds);

} // namespace quern
