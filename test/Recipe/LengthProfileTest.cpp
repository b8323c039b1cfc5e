// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/LengthProfile.h"

#include <gtest/gtest.h>

namespace quern {
namespace {

TEST(LengthProfile, WritesWhatItReads) {
  for (auto [text, written] : {std::pair("128", "128"), std::pair("512, 128", "128,512"),
                               std::pair("auto", "auto"), std::pair("128:3,512:1", "128:3,512")}) {
    auto profile = parseLengthProfile(text);
    ASSERT_TRUE(bool(profile)) << text;
    EXPECT_TRUE(profile->isGiven());
    EXPECT_EQ(profile->str(), written);
  }
}

TEST(LengthProfile, Mean) {
  EXPECT_EQ(meanLength(parseLengthProfile("128:3,512:1")->shares), 224);
  EXPECT_EQ(meanLength({}), 0);
}

TEST(LengthProfile, RefusesOthers) {
  for (const char *text : {"", "0", "-1", "x", "128,", "128:0", "128:", "128:1001", "128,128",
                           "3000000000000", "128;512", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"}) {
    auto profile = parseLengthProfile(text);
    ASSERT_FALSE(bool(profile)) << text;
    EXPECT_NE(llvm::toString(profile.takeError()).find("expected auto, a length"), std::string::npos);
  }
}

} // namespace
} // namespace quern
