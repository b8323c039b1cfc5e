// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/NamePattern.h"

#include <gtest/gtest.h>

using namespace quern;

TEST(NamePattern, AcceptsWhatNamesNeed) {
  for (const char *pattern :
       {"conv", "encoder/.*/attention/.*", "^layers[.][0-9]+$", "a{2,5}", "x{", "(a|b)+"})
    EXPECT_EQ(findPatternProblem(pattern), "") << pattern;
}

TEST(NamePattern, RefusesWhatIsNoPattern) {
  for (const char *pattern : {"", "conv(", "a[", "a{5,2}", "*"})
    EXPECT_NE(findPatternProblem(pattern), "") << pattern;
}

/// Each level of nesting would multiply the automaton.
TEST(NamePattern, RefusesExplodingRepetitions) {
  EXPECT_NE(findPatternProblem("((((a{200}){200}){200}){200})").find("repeats too much"), std::string::npos);
  EXPECT_NE(findPatternProblem("(a{1,99}){1,99}").find("repeats too much"), std::string::npos);
  EXPECT_NE(findPatternProblem(std::string(2000, 'a')).find("too long"), std::string::npos);
}
