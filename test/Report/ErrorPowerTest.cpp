// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/ErrorPower.h"

#include "lib/Calibration/Padding.h"

#include <gtest/gtest.h>

#include <limits>

using namespace quern;

static ErrorPower compare(std::vector<float> actual, std::vector<float> reference, std::vector<float> marks) {
  ErrorPower errors;
  errors.add(actual, reference, marks);
  return errors;
}

TEST(ErrorPower, IsTheRatioOfPowers) {
  std::vector<float> reference{3, 4};
  ErrorPower errors = compare({3, 4.5f}, reference, reference);
  EXPECT_DOUBLE_EQ(errors.relative(), 0.25 / 25);
  EXPECT_DOUBLE_EQ(*errors.sqnr(), 20);
  EXPECT_NEAR(errors.cosine(), (9 + 18) / (5 * std::sqrt(9 + 20.25)), 1e-12);
}

TEST(ErrorPower, AddsUpOverSamples) {
  std::vector<float> first{1}, second{2};
  ErrorPower errors = compare({1.5f}, first, first);
  errors.add(std::vector<float>{2}, second, second);
  EXPECT_DOUBLE_EQ(errors.relative(), 0.25 / 5);
}

TEST(ErrorPower, HasNoSqnrWithoutAnError) {
  std::vector<float> reference{1, 2};
  EXPECT_EQ(compare({1, 2}, reference, reference).sqnr(), std::nullopt);
  EXPECT_EQ(compare({1, 2}, reference, reference).cosine(), 1);
}

TEST(ErrorPower, LeavesOutWhatTakesNoPart) {
  std::vector<float> reference{1, 100}, marks{1, kTakesNoPart};
  EXPECT_DOUBLE_EQ(compare({1.5f, 0}, reference, marks).relative(), 0.25);
  // Padding that does not show in the reference, which a mask may have set to zero.
  ErrorPower errors = compare({1.5f, kTakesNoPart}, reference, reference);
  EXPECT_DOUBLE_EQ(errors.relative(), 0.25);
  EXPECT_EQ(errors.notFinite, 0);
}

TEST(ErrorPower, SaysThatAResultIsNotFinite) {
  std::vector<float> reference{1, 2};
  ErrorPower errors = compare({1, std::numeric_limits<float>::infinity()}, reference, reference);
  EXPECT_EQ(errors.notFinite, 1);
  EXPECT_EQ(*errors.sqnr(), ErrorPower::kLeastSqnr);
}

TEST(AddedParts, AddUpToTheErrorThatIsAdded) {
  std::vector<float> inherited{1, -2}, clipped{0.9f, -2}, rounded{0.95f, -1.9f}, actual{0.7f, -2.2f};
  AddedParts parts;
  parts.add(inherited, clipped, rounded, actual, inherited);
  double error = compare(actual, inherited, inherited).error;
  EXPECT_NEAR(parts.total(), error, 1e-12);
  // <clipped - inherited, actual - inherited> by hand.
  EXPECT_NEAR(parts.clipping, (0.9f - 1.0) * (0.7f - 1.0), 1e-12);
}
