// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Page.h"

#include <gtest/gtest.h>

using namespace quern;

/// The text between the tags of the report's data.
static llvm::StringRef dataOf(llvm::StringRef page) {
  llvm::StringRef opening = R"(<script id="report" type="application/json">)";
  return page.split(opening).second.split("</script>").first;
}

TEST(Page, HoldsTheReportWhateverNamesAre) {
  llvm::json::Value report = llvm::json::Object{{"name", "</script><script>alert(1)</script>"},
                                                {"quoted", "\"'&<!--\n\xE2\x80\xA8/*SCRIPT*/"}};
  std::string page = formatPage(report);
  llvm::Expected<llvm::json::Value> read = llvm::json::parse(dataOf(page));
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(*read, report);
  EXPECT_EQ(page.find("alert(1)</script>"), std::string::npos);
  EXPECT_EQ(page.find("<!--"), std::string::npos);
}

TEST(Page, IsWholeAndRefersToNothingElse) {
  std::string page = formatPage(llvm::json::Object{});
  EXPECT_EQ(page.find("/*STYLE*/"), std::string::npos);
  EXPECT_EQ(page.find("/*SCRIPT*/"), std::string::npos);
  EXPECT_NE(page.find("</html>"), std::string::npos);
  for (llvm::StringRef reference :
       {"src=", "@import", "url(", "<link", "fetch(", "XMLHttpRequest", "innerHTML"})
    EXPECT_EQ(page.find(reference), std::string::npos) << reference.str();
}
