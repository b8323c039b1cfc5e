// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Support/Printable.h"

#include <gtest/gtest.h>

using quern::printable;

TEST(Printable, TextStays) {
  for (const char *text :
       {"", "node 'conv_3'", "größe", "層/重み", "\xf0\x9f\x8c\xbe", "two\nlines\tand a tab"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, TerminalsAreNotDriven) {
  EXPECT_EQ(printable("\x1b[2Jgone\r\x7f"), "\\x1b[2Jgone\\x0d\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b") << "U+009B begins a control sequence, too";
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
}

TEST(Printable, WhatIsNoUTF8) {
  EXPECT_EQ(printable("\x92x"), "\\x92x") << "a continuation without a lead";
  EXPECT_EQ(printable("\xe5\x9c"), "\\xe5\\x9c") << "cut off";
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(printable("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80") << "beyond Unicode";
}
