// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Support/Progress.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>

namespace quern {

static constexpr std::chrono::milliseconds kBetweenFrames(100);
static constexpr int64_t kBarCells = 20;

/// "02:05", or "1:02:05" from an hour on.
static std::string formatTime(double seconds) {
  int64_t whole = static_cast<int64_t>(seconds);
  std::string text = llvm::formatv("{0,0+2}:{1,0+2}", whole / 60 % 60, whole % 60);
  return whole < 3600 ? text : llvm::formatv("{0}:{1}", whole / 3600, text);
}

/// Cells filled by eighths.
static std::string formatBar(int64_t done, int64_t total) {
  static constexpr const char *eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  int64_t filled = total > 0 ? std::clamp<int64_t>(done * kBarCells * 8 / total, 0, kBarCells * 8) : 0;
  std::string bar;
  for (int64_t i = 0; i < filled / 8; ++i)
    bar += "█";
  bar += eighths[filled % 8];
  bar.append(kBarCells - (filled + 7) / 8, ' ');
  return bar;
}

std::string formatProgress(llvm::StringRef what, int64_t done, std::optional<int64_t> total, double seconds) {
  if (!total)
    return llvm::formatv("{0}  {1} [{2}]", what, done, formatTime(seconds));
  double left = done > 0 ? seconds / static_cast<double>(done) *
                               static_cast<double>(std::max<int64_t>(*total - done, 0))
                         : 0;
  return llvm::formatv("{0} {1,3}%|{2}| {3}/{4} [{5}<{6}]", what, *total > 0 ? done * 100 / *total : 100,
                       formatBar(done, *total), done, *total, formatTime(seconds),
                       done > 0 ? formatTime(left) : "?");
}

llvm::Error makeInterrupted() {
  return llvm::createStringError(std::errc::interrupted, "stopped before the end, as asked");
}

Progress::~Progress() {
  if (listener)
    listener->onEnd(what);
}

llvm::Error Progress::advance() {
  ++done;
  return !listener || listener->onStep(what, done, total) ? llvm::Error::success() : makeInterrupted();
}

bool TerminalProgress::onStep(llvm::StringRef what, int64_t done, std::optional<int64_t> total) {
  Clock::time_point now = Clock::now();
  if (current != what) {
    current = what.str();
    start = lastDrawn = now;
  }
  if (!shown || now - lastDrawn < kBetweenFrames)
    return true;
  lastDrawn = now;
  stream << '\r' << formatProgress(what, done, total, std::chrono::duration<double>(now - start).count())
         << "\033[K";
  stream.flush();
  return true;
}

void TerminalProgress::onEnd(llvm::StringRef what) {
  current.clear();
  if (shown)
    stream << "\r\033[K";
}

} // namespace quern
