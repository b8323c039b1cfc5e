// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/AssignmentFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

using namespace quern;

namespace {
class Assignments : public ::testing::Test {
protected:
  void SetUp() override { ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("assignment", "yaml", path)); }
  void TearDown() override { llvm::sys::fs::remove(path); }

  llvm::Expected<AssignmentFile> read(llvm::StringRef text) {
    std::error_code code;
    llvm::raw_fd_ostream(path, code) << text;
    return readAssignment(path);
  }

  std::string refuse(llvm::StringRef text) {
    auto assignment = read(text);
    return assignment ? "" : llvm::toString(assignment.takeError());
  }

  llvm::SmallString<128> path;
};
} // namespace

TEST_F(Assignments, RoundTrip) {
  AssignmentFile written{"feed", {{"conv", 8, 0}, {"odd \"name\"\nof #two: lines", 3, 0}}, ""};
  std::string text = formatAssignment(written, {"about"}, {"note one", "note\ntwo"});
  auto assignment = read(text);
  ASSERT_TRUE(bool(assignment)) << llvm::toString(assignment.takeError()) << text;
  EXPECT_EQ(assignment->modelHash, "feed");
  ASSERT_EQ(assignment->weights.size(), 2u);
  EXPECT_EQ(assignment->weights[1].node, written.weights[1].node);
  EXPECT_EQ(assignment->weights[1].bits, 3u);
  EXPECT_EQ(assignment->weights[1].line, 6u);
}

TEST_F(Assignments, JSON) {
  auto assignment = read(R"({"version": 1, "model": "feed", "weights": [{"node": "a", "bits": 4}]})");
  ASSERT_TRUE(bool(assignment)) << llvm::toString(assignment.takeError());
  EXPECT_EQ(assignment->weights.front().bits, 4u);
}

TEST_F(Assignments, EveryProblemHasItsLine) {
  std::string told =
      refuse("version: 2\nmodel: feed\ncolour: red\nweights:\n  - {node: a, bits: 9}\n  - {node: b}\n");
  for (const char *problem :
       {":1: version: '2' is not accepted; expected 1", ":3: unknown key 'colour' in an assignment",
        ":5: bits: '9' is not accepted; expected a number from 2 to 8",
        ":6: an entry of weights has no 'bits'"})
    EXPECT_NE(told.find(problem), std::string::npos) << problem << "\n" << told;
  EXPECT_NE(refuse("- a\n").find("an assignment: expected a mapping"), std::string::npos);
  EXPECT_NE(refuse("").size(), 0u);
}

TEST_F(Assignments, FloatAndDynamicActivations) {
  AssignmentFile written{"feed", {{"a"}, {"b"}, {"c"}}, ""};
  written.weights[0].isFloat = true;
  written.weights[1].hasDynamicActivations = true;
  auto assignment = read(formatAssignment(written, {}, {"", "", ""}));
  ASSERT_TRUE(bool(assignment)) << llvm::toString(assignment.takeError());
  for (auto [before, after] : llvm::zip_equal(written.weights, assignment->weights)) {
    EXPECT_EQ(before.isFloat, after.isFloat);
    EXPECT_EQ(before.hasDynamicActivations, after.hasDynamicActivations);
    EXPECT_EQ(before.bits, after.bits);
  }
  std::string told = refuse("version: 1\nmodel: feed\nweights:\n  - {node: a, bits: 8, float: true}\n"
                            "  - {node: b, float: no}\n  - {node: c, bits: 8, activations: static}\n");
  for (const char *problem :
       {":4: an entry of weights with 'float: true' has no 'bits', 'group-size' or 'activations'",
        ":5: float: 'no' is not accepted; expected true",
        ":6: activations: 'static' is not accepted; expected dynamic"})
    EXPECT_NE(told.find(problem), std::string::npos) << problem << "\n" << told;
}
