// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/TimeGroups.h"

#include <gtest/gtest.h>

using namespace quern;

using Names = std::vector<std::string>;

TEST(TimeGroups, JoinsWhatEitherModelComputesTogether) {
  ProfiledTimes quantized{10, 1, {"conv + relu", "add"}, {4, 6}},
      exact{20, 1, {"conv", "relu + add"}, {9, 11}};
  std::vector<TimeGroup> groups = groupTimes(quantized, exact, Names{"conv", "relu", "add"});
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].nodes, (Names{"conv", "relu", "add"}));
  EXPECT_EQ(groups[0].quantized, 10);
  EXPECT_EQ(groups[0].exact, 20);
}

TEST(TimeGroups, KeepsApartWhatBothComputeApart) {
  ProfiledTimes quantized{3, 1, {"a", "b"}, {1, 2}}, exact{7, 1, {"a", "b"}, {3, 4}};
  std::vector<TimeGroup> groups = groupTimes(quantized, exact, Names{"a", "b"});
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[1].quantized, 2);
  EXPECT_EQ(groups[1].exact, 4);
}

TEST(TimeGroups, NamesMayHoldTheJoint) {
  ProfiledTimes quantized{3, 1, {"a + b + c"}, {3}}, exact{3, 1, {"a + b", "c", "d + e"}, {1, 2, 5}};
  std::vector<TimeGroup> groups = groupTimes(quantized, exact, Names{"a + b", "c"});
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].nodes, (Names{"a + b", "c"}));
  EXPECT_EQ(groups[1].nodes, (Names{"d + e"})) << "no known names: a node of its own";
}
