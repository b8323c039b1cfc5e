// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/Json.h"

#include "gtest/gtest.h"

namespace quern {
namespace {

TEST(Json, ReadsEveryKind) {
  auto json =
      parseJson(R"( {"a": [1, -2.5e3, true, null], "b": {"c": "x\n\"\u00e9\ud83d\ude00"}, "d": []} )");
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["a"].elements.size(), 4u);
  EXPECT_EQ((*json)["a"].elements[1].text, "-2.5e3");
  EXPECT_EQ((*json)["a"].elements[3].kind, Json::Kind::Null);
  EXPECT_EQ((*json)["b"]["c"].text, "x\n\"\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_EQ((*json)["missing"].kind, Json::Kind::Null);
}

TEST(Json, RefusesWhatIsNoJson) {
  for (const char *text :
       {"", "{", "[1,]", "{\"a\" 1}", "\"x", "\"\\q\"", "\"\\u12\"", "\"\\ud800\"", "1 2", "nul"})
    EXPECT_FALSE(parseJson(text)) << text;
  EXPECT_FALSE(parseJson(std::string(100000, '['))) << "depth is bounded";
}

TEST(Json, QuotesWhatItReads) {
  std::string text = "a\"b\\c\n\x01 \xC3\xA9";
  EXPECT_EQ(parseJson(quoteJson(text))->text, text);
}

} // namespace
} // namespace quern
