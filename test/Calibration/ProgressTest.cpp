// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Support/Progress.h"

#include <gtest/gtest.h>

using namespace quern;

TEST(Progress, Line) {
  EXPECT_EQ(formatProgress("calibrate", 50, 100, 2),
            "calibrate  50%|██████████          | 50/100 [00:02<00:02]");
  EXPECT_EQ(formatProgress("calibrate", 0, 3, 0), "calibrate   0%|                    | 0/3 [00:00<?]");
  EXPECT_EQ(formatProgress("calibrate", 3, 3, 3725),
            "calibrate 100%|████████████████████| 3/3 [1:02:05<00:00]");
  EXPECT_EQ(formatProgress("calibrate", 7, std::nullopt, 61), "calibrate  7 [01:01]");
  EXPECT_EQ(formatProgress("calibrate", 0, 0, 0), "calibrate 100%|                    | 0/0 [00:00<?]");
}

TEST(Progress, SilentUnlessAtATerminal) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  {
    TerminalProgress terminal(stream);
    Progress progress("calibrate", 1, &terminal);
    EXPECT_FALSE(progress.advance());
  }
  EXPECT_EQ(text, "");
}

namespace {
struct Recorder : ProgressListener {
  explicit Recorder(int64_t last) : last(last) {}
  bool onStep(llvm::StringRef what, int64_t done, std::optional<int64_t> total) override {
    text += (what + " " + llvm::Twine(done) + "/" + llvm::Twine(total.value_or(-1)) + "; ").str();
    return done < last;
  }
  void onEnd(llvm::StringRef what) override { text += (what + " ends").str(); }
  int64_t last;
  std::string text;
};
} // namespace

TEST(Progress, AListenerHearsEachStepAndMayStop) {
  Recorder recorder(2);
  {
    Progress progress("search", std::nullopt, &recorder);
    EXPECT_FALSE(progress.advance());
    EXPECT_EQ(llvm::toString(progress.advance()), "stopped before the end, as asked");
  }
  EXPECT_EQ(recorder.text, "search 1/-1; search 2/-1; search ends");
}
