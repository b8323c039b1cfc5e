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
    Progress progress("calibrate", 10, stream);
    progress.advance(10);
  }
  EXPECT_EQ(text, "");
}
