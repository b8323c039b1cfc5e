// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Advice.h"

#include <gtest/gtest.h>

using namespace quern;

namespace {
/// Changes by node, kind and the error that they leave at the outputs.
struct Tried {
  size_t node;
  ChangeKind kind;
  double left;
};
} // namespace

/// `present`: the error that each node alone leaves; the whole model's is 1.
static std::vector<Advice> advise(std::map<size_t, double> present, std::vector<Tried> list,
                                  size_t count = 3) {
  std::vector<Change> changes;
  TriedChanges tried;
  auto errorOf = [](double error) {
    ErrorPower power;
    power.error = error;
    power.power = 1;
    return power;
  };
  for (auto [node, left] : present)
    tried.present[node].outputs = errorOf(left);
  for (const Tried &one : list) {
    changes.emplace_back().kind = one.kind;
    changes.back().node = one.node;
    tried.changes.push_back({{}, errorOf(one.left)});
  }
  return chooseAdvice(changes, tried, /*whole=*/1, count);
}

TEST(Advice, PutsTheNodeFirstThatAloneDoesMost) {
  auto advice = advise({{0, 0.1}, {1, 0.6}, {2, 0.3}},
                       {{0, ChangeKind::Float, 0}, {1, ChangeKind::Float, 0}, {2, ChangeKind::Float, 0}}, 2);
  ASSERT_EQ(advice.size(), 2u);
  EXPECT_EQ(advice[0].node, 1u);
  EXPECT_EQ(advice[0].change, 1u);
  EXPECT_EQ(advice[1].node, 2u);
}

TEST(Advice, PrefersIntegersThatRemoveHalfOfIt) {
  EXPECT_EQ(advise({{0, 0.4}}, {{0, ChangeKind::Float, 0}, {0, ChangeKind::WiderRange, 0.2}})[0].change, 1u);
  EXPECT_EQ(advise({{0, 0.4}}, {{0, ChangeKind::Float, 0}, {0, ChangeKind::WiderRange, 0.3}})[0].change, 0u);
}

TEST(Advice, TakesTheBestChange) {
  EXPECT_EQ(advise({{0, 0.4}}, {{0, ChangeKind::Float, 0},
                                {0, ChangeKind::Smoothing, 0.2},
                                {0, ChangeKind::NarrowerRange, 0.1}})[0]
                .change,
            2u);
}

TEST(Advice, IsSilentAboutNodesThatDoNothing) {
  EXPECT_TRUE(advise({{0, 0.005}, {1, 0}}, {{0, ChangeKind::Float, 0}, {1, ChangeKind::Float, 0}}).empty());
}
