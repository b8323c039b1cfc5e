// YAML as a tree, and what is refused before it costs time or stack.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/Document.h"

#include <gtest/gtest.h>

using namespace quern;
using Kind = DocumentNode::Kind;

static std::string firstProblem(const std::string &text) {
  std::vector<Problem> problems;
  EXPECT_FALSE(parseDocument(text, problems)) << text.substr(0, 80);
  if (problems.empty())
    return "";
  return std::to_string(problems.front().line) + ": " + problems.front().text;
}

TEST(Document, KeepsLinesAndOrder) {
  std::vector<Problem> problems;
  auto document = parseDocument("# comment\nb: [1, 'two']\na: {x: \"a\\\\.b\"}\nnone:\n", problems);
  ASSERT_TRUE(document && problems.empty());
  ASSERT_EQ(document->keys.size(), 3u);
  EXPECT_EQ(document->keys[0].text, "b");
  EXPECT_EQ(document->keys[1].line, 3u);
  EXPECT_EQ(document->elements[0].elements[1].text, "two");
  EXPECT_EQ(document->elements[1].elements[0].text, "a\\.b");
  EXPECT_EQ(document->elements[2].kind, Kind::Null);
  EXPECT_EQ(document->elements[2].line, 4u);
}

TEST(Document, ReadsJSON) {
  std::vector<Problem> problems;
  auto document = parseDocument(R"({"rules": [{"float": true}], "version": 1})", problems);
  ASSERT_TRUE(document && problems.empty());
  EXPECT_EQ(document->elements[0].elements[0].elements[0].text, "true");
}

TEST(Document, RefusesWhatIsNoYAML) {
  EXPECT_TRUE(firstProblem("a: [1, 2\nb: 3\n").starts_with("2: is not YAML"));
  EXPECT_TRUE(firstProblem("a: 'open\n").find("is not YAML") != std::string::npos);
  EXPECT_EQ(firstProblem(std::string("a: \0", 4)), "1: a zero byte: expected text");
}

TEST(Document, RefusesWhatRecipesDoNotNeed) {
  EXPECT_EQ(firstProblem("a: &x 1\nb: *x\n").substr(0, 24), "1: anchors and aliases a");
  EXPECT_EQ(firstProblem("a: 1\nb: !!int 2\n").substr(0, 10), "2: tag '!!");
  EXPECT_EQ(firstProblem("a: 1\na: 2\n"), "2: key 'a' stands twice");
  EXPECT_EQ(firstProblem("a: 1\n---\nb: 2\n"), "3: a second document; expected one");
  EXPECT_TRUE(firstProblem("? [a, b]\n: 1\n").find("expected a name") != std::string::npos);
}

TEST(Document, RefusesHostileSizes) {
  EXPECT_TRUE(firstProblem(std::string(100000, 'a')).find("bytes") != std::string::npos);
  EXPECT_TRUE(firstProblem("a: " + std::string(2000, 'b')).find("1000 characters") != std::string::npos);
  EXPECT_TRUE(firstProblem("a: " + std::string(900, '[')).find("YAML") != std::string::npos);
  std::string brackets;
  for (int i = 0; i < 20000; ++i)
    brackets += "[\n";
  EXPECT_TRUE(firstProblem(brackets).find("open brackets") != std::string::npos);
  std::string nested = "a:", lists = std::string("a:\n");
  for (int i = 0; i < 300; ++i) {
    nested += "\n" + std::string(i + 1, ' ') + "a:";
    lists += "- ";
  }
  EXPECT_TRUE(firstProblem(nested).find("nested more than 16") != std::string::npos);
  EXPECT_TRUE(firstProblem(lists + "1").find("nested more than 16") != std::string::npos);
}
