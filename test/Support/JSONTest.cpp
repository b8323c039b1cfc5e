// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Support/JSON.h"

#include "gtest/gtest.h"

namespace quern {
namespace {

std::string errorOf(llvm::StringRef text) {
  auto value = parseJSON(text);
  return value ? "" : llvm::toString(value.takeError());
}

TEST(JSON, ReadsWhatNestsAsDeepAsAllowed) {
  EXPECT_EQ(errorOf(std::string(64, '[') + std::string(64, ']')), "");
  EXPECT_EQ(errorOf("[[1],[2],{\"a\":[3]}]"), "");
}

TEST(JSON, RefusesWhatNestsDeeperThanTheParserCanRecurse) {
  EXPECT_EQ(errorOf(std::string(65, '[') + std::string(65, ']')), "nested more than 64 deep");
  EXPECT_EQ(errorOf(std::string(2000000, '[')), "nested more than 64 deep");
  std::string objects;
  for (int i = 0; i < 500000; ++i)
    objects += "{\"a\":";
  EXPECT_EQ(errorOf(objects), "nested more than 64 deep");
}

TEST(JSON, BracketsInTextsDoNotNest) {
  std::string text = "[\"" + std::string(1000, '[') + "\\\"" + std::string(1000, '{') + "\"]";
  EXPECT_EQ(errorOf(text), "");
}

TEST(JSON, SaysWhatIsNoJSON) { EXPECT_TRUE(llvm::StringRef(errorOf("{\"a\"")).starts_with("not JSON: ")); }

TEST(JSON, FindsMembersByPath) {
  llvm::json::Object object{{"a", llvm::json::Object{{"b", 1}}}, {"c", 2}};
  EXPECT_EQ(findMember(object, {"a", "b"}), llvm::json::Value(1));
  EXPECT_EQ(findMember(object, {"c"}), llvm::json::Value(2));
  EXPECT_EQ(findMember(object, {"a", "x"}), llvm::json::Value(nullptr));
  EXPECT_EQ(findMember(object, {"c", "b"}), llvm::json::Value(nullptr));
}

} // namespace
} // namespace quern
