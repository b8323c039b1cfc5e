// How far a long step has come.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace quern {

/// Hears how far the work is, and may ask it to stop.
class ProgressListener {
public:
  virtual ~ProgressListener() = default;

  /// A stage begins. False asks to stop.
  virtual bool onStage(llvm::StringRef stage) { return true; }
  /// `done` steps of the `total` of `what` have been taken; `total` is not always known. False asks to stop.
  virtual bool onStep(llvm::StringRef what, int64_t done, std::optional<int64_t> total) = 0;
  /// There are no more steps of `what`.
  virtual void onEnd(llvm::StringRef what) {}
};

/// The error of work that was asked to stop.
llvm::Error makeInterrupted();

/// Counts the steps of one thing for a listener, which may be null.
class Progress {
public:
  Progress(std::string what, std::optional<int64_t> total, ProgressListener *listener)
      : what(std::move(what)), total(total), listener(listener) {}
  ~Progress();
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  /// Another step is done. The error says that the listener asked to stop.
  llvm::Error advance();

private:
  std::string what;
  std::optional<int64_t> total;
  ProgressListener *listener;
  int64_t done = 0;
};

/// One line that is redrawn in place, in the look of tqdm:
///   calibrate  43%|████████▌           | 43/100 [00:02<00:03]
/// Silent unless the stream is a terminal, so that logs and pipes hold results only. The line is removed at
/// the end.
class TerminalProgress : public ProgressListener {
public:
  explicit TerminalProgress(llvm::raw_ostream &stream) : stream(stream), shown(stream.is_displayed()) {}

  bool onStep(llvm::StringRef what, int64_t done, std::optional<int64_t> total) override;
  void onEnd(llvm::StringRef what) override;

private:
  using Clock = std::chrono::steady_clock;

  llvm::raw_ostream &stream;
  bool shown;
  std::string current;
  Clock::time_point start, lastDrawn;
};

/// The text of the line, without control characters; for `done` steps in `seconds`.
std::string formatProgress(llvm::StringRef what, int64_t done, std::optional<int64_t> total, double seconds);

} // namespace quern
