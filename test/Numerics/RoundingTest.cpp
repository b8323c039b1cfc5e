// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Rounding.h"

#include <gtest/gtest.h>

#include <cfenv>
#include <cmath>
#include <limits>

using namespace quern;

TEST(Rounding, TiesGoToTheEvenInteger) {
  EXPECT_EQ(roundHalfEven(0.5f), 0.0f);
  EXPECT_EQ(roundHalfEven(1.5f), 2.0f);
  EXPECT_EQ(roundHalfEven(2.5f), 2.0f);
  EXPECT_EQ(roundHalfEven(-0.5f), 0.0f);
  EXPECT_EQ(roundHalfEven(-1.5f), -2.0f);
  EXPECT_EQ(roundHalfEven(-2.5f), -2.0f);
  EXPECT_EQ(roundHalfEven(8388607.5f), 8388608.0f); // the largest tie of f32
}

TEST(Rounding, NeighboursOfTiesGoToTheNearest) {
  EXPECT_EQ(roundHalfEven(std::nextafter(0.5f, 1.0f)), 1.0f);
  EXPECT_EQ(roundHalfEven(std::nextafter(2.5f, 3.0f)), 3.0f);
  EXPECT_EQ(roundHalfEven(std::nextafter(1.5f, 1.0f)), 1.0f);
  EXPECT_EQ(roundHalfEven(0.49999997f), 0.0f); // adding 0.5 and truncating would give 1
}

TEST(Rounding, DoesNotDependOnTheProcessorsMode) {
  std::fesetround(FE_UPWARD);
  float up = roundHalfEven(2.25f);
  std::fesetround(FE_TONEAREST);
  EXPECT_EQ(up, 2.0f);
}

TEST(RoundAndClamp, SaturatesAtBothEnds) {
  EXPECT_EQ(roundAndClamp(254.5f, 0, 255), 254);
  EXPECT_EQ(roundAndClamp(255.5f, 0, 255), 255);
  EXPECT_EQ(roundAndClamp(1e30f, 0, 255), 255);
  EXPECT_EQ(roundAndClamp(std::numeric_limits<float>::infinity(), -128, 127), 127);
  EXPECT_EQ(roundAndClamp(-std::numeric_limits<float>::infinity(), -128, 127), -128);
  EXPECT_EQ(roundAndClamp(-128.5f, -128, 127), -128);
  EXPECT_EQ(roundAndClamp(-127.5f, -128, 127), -128);
}

TEST(RoundAndClamp, NaNGivesTheLowestCode) {
  EXPECT_EQ(roundAndClamp(std::numeric_limits<float>::quiet_NaN(), -128, 127), -128);
}
