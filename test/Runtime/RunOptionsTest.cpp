// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/Tool/RunOptions.h"

#include "lib/Runtime/Tool/DataFiles.h"

#include "gtest/gtest.h"

namespace quern {
namespace {

TEST(RunOptions, AcceptsDashesUnderscoresAndBothFormsOfValues) {
  std::string error;
  auto options = parseRunOptions({"--output_dir", "out", "m.so", "--input=x=a.npy", "--threads=3"}, error);
  ASSERT_TRUE(options) << error;
  EXPECT_EQ(options->mode, RunOptions::Mode::Once);
  EXPECT_EQ(options->outputFolder, "out");
  EXPECT_EQ(options->inputs, (std::vector<std::string>{"x=a.npy"}));
  EXPECT_EQ(options->threads, 3);
}

TEST(RunOptions, RefusesWrongUsage) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"m.so"},
      {"m.so", "other.so", "--describe"},
      {"m.so", "--unknown"},
      {"m.so", "--benchmark", "--describe"},
      {"m.so", "--samples", "a.npz"},
      {"m.so", "--samples"},
      {"m.so", "--describe=yes"},
      {"m.so", "--benchmark", "--threads=-1"},
      {"m.so", "--benchmark", "--threads=2x"},
      {"m.so", "--benchmark", "--threads=99999999999"},
      {"m.so", "--test-data", "d", "--rtol=nan"},
      {"m.so", "--test-data", "d", "--rtol=-1"},
      {"m.so", "--test-data", "d", "--rtol=1", "--rtol=2"},
      {"m.so", "--input", "x=a.npy"},
      {"m.so", "--input", "a.npy", "--output-dir", "d"},
      {"m.so", "--input", "x=a.npy", "--describe"},
      {"", "--describe"},
  };
  for (const std::vector<std::string> &arguments : wrong) {
    std::string error;
    EXPECT_FALSE(parseRunOptions(arguments, error)) << testing::PrintToString(arguments);
    EXPECT_FALSE(error.empty());
  }
}

TEST(RunOptions, NamesOfFilesStayInTheFolder) {
  EXPECT_EQ(toFileName("y"), "y");
  EXPECT_EQ(toFileName("../../etc/x:0"), "%2E.%2F..%2Fetc%2Fx:0");
  EXPECT_EQ(toFileName(".."), "%2E.");
  EXPECT_EQ(toFileName(""), "%");
  EXPECT_EQ(toFileName("100% a\tb"), "100%25%20a%09b");
  EXPECT_LE(toFileName(std::string(1000, '/')).size(), 250u);
  EXPECT_NE(toFileName(std::string(1000, 'a')), toFileName(std::string(1001, 'a')));
}

} // namespace
} // namespace quern
