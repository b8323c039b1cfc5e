// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Advice.h"

#include <gtest/gtest.h>

using namespace quern;

namespace {
/// Changes by node, kind and the error that they leave at the outputs; without any it is 1.
struct Tried {
  size_t node;
  ChangeKind kind;
  double left;
};
} // namespace

static std::vector<Advice> advise(std::vector<Tried> list, size_t count = 3) {
  std::vector<Change> changes;
  TriedChanges tried;
  auto errorOf = [](double error) {
    ErrorPower power;
    power.error = error;
    power.power = 1;
    return power;
  };
  tried.outputs = errorOf(1);
  for (const Tried &one : list) {
    changes.emplace_back().kind = one.kind;
    changes.back().node = one.node;
    tried.changes.push_back({{}, errorOf(one.left)});
  }
  return chooseAdvice(changes, tried, count);
}

TEST(Advice, PutsTheNodeFirstWhoseChangeHelpsMost) {
  auto advice =
      advise({{0, ChangeKind::Float, 0.9}, {1, ChangeKind::Float, 0.2}, {2, ChangeKind::Float, 0.5}}, 2);
  ASSERT_EQ(advice.size(), 2u);
  EXPECT_EQ(advice[0].node, 1u);
  EXPECT_EQ(advice[0].change, 1u);
  EXPECT_EQ(advice[1].node, 2u);
}

TEST(Advice, PrefersIntegersThatDoHalfOfIt) {
  EXPECT_EQ(advise({{0, ChangeKind::Float, 0.2}, {0, ChangeKind::WiderRange, 0.5}})[0].change, 1u);
  EXPECT_EQ(advise({{0, ChangeKind::Float, 0.2}, {0, ChangeKind::WiderRange, 0.7}})[0].change, 0u);
}

TEST(Advice, NeverAdvisesWhatDidNotHelp) {
  auto advice = advise({{0, ChangeKind::Float, 0.995}, {0, ChangeKind::NarrowerRange, 1.5}});
  ASSERT_EQ(advice.size(), 1u);
  EXPECT_FALSE(advice[0].change);
}
