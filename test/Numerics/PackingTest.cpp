// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Packing.h"

#include <gtest/gtest.h>

using namespace quern;

TEST(Packing, EveryPairOfCodesSurvives) {
  for (int8_t first = -8; first < 8; ++first)
    for (int8_t second = -8; second < 8; ++second) {
      std::vector<int8_t> codes = {first, second};
      EXPECT_EQ(unpackSignedNibbles(packNibbles(codes), 2), codes);
    }
  for (int8_t first = 0; first < 16; ++first)
    for (int8_t second = 0; second < 16; ++second) {
      std::vector<int8_t> codes = {first, second};
      EXPECT_EQ(unpackUnsignedNibbles(packNibbles(codes), 2), codes);
    }
}

TEST(Packing, FirstCodeIsInTheLowHalf) {
  EXPECT_EQ(packNibbles(std::vector<int8_t>{1, -1}), (std::vector<uint8_t>{0xf1}));
}

TEST(Packing, OddCountsLeaveTheLastHalfZero) {
  std::vector<int8_t> codes = {-8, 7, -1};
  std::vector<uint8_t> bytes = packNibbles(codes);
  EXPECT_EQ(bytes, (std::vector<uint8_t>{0x78, 0x0f}));
  EXPECT_EQ(unpackSignedNibbles(bytes, 3), codes);
  EXPECT_TRUE(packNibbles({}).empty());
}
