// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/GroupQuantizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace quern;

static std::vector<float> randomWeights(int64_t count) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<float> weights;
  for (int64_t i = 0; i < count; ++i)
    weights.push_back(normal(random));
  return weights;
}

TEST(GroupQuantizer, TheLastGroupMayBeShorter) {
  GroupLayout layout{5, 2, 2};
  EXPECT_EQ(layout.groups(), 3);
  EXPECT_EQ(layout.firstRow(2), 4);
  EXPECT_EQ(layout.endRow(2), 5);
  std::vector<float> weight = {1, 2, -7, 4, 3.5f, 0, 1, 0, 14, 0};
  GroupCodes codes = quantizeGroups(weight, layout, {4, /*isSymmetric=*/true});
  ASSERT_EQ(codes.quantizers.size(), 6u);
  EXPECT_EQ(codes.quantizers[0].scale, 1.0f);
  EXPECT_EQ(codes.quantizers[2].scale, 0.5f);
  EXPECT_EQ(codes.quantizers[4].scale, 2.0f);
  EXPECT_EQ(codes.quantizers[5].scale, 1.0f) << "a group of zeros";
  EXPECT_EQ(codes.codes[2], -7);
  EXPECT_EQ(codes.codes[8], 7);
}

TEST(GroupQuantizer, ErrorsStayWithinHalfAStep) {
  for (unsigned bits : {2u, 3u, 4u, 8u})
    for (bool symmetric : {true, false})
      for (int64_t size : {1, 3, 32, 100}) {
        GroupLayout layout{67, 3, size};
        std::vector<float> weight = randomWeights(67 * 3);
        GroupCodes codes = quantizeGroups(weight, layout, {bits, symmetric});
        std::vector<float> back = dequantizeGroups(codes, layout);
        for (int64_t i = 0; i < int64_t(weight.size()); ++i) {
          float step = codes.quantizers[layout.parameter(i / 3, i % 3)].scale;
          // The zero point of asymmetric codes is rounded too, so an extreme may be clipped by half a step.
          EXPECT_LE(std::fabs(back[i] - weight[i]), step * (symmetric ? 0.5001f : 1.0001f));
        }
      }
}

TEST(GroupQuantizer, WhatLiesOnAGridStays) {
  GroupLayout layout{8, 1, 4};
  std::vector<float> weight = {-3.5f, 0.5f, 1, 0, 7, -1, 2, 3};
  EXPECT_EQ(dequantizeGroups(quantizeGroups(weight, layout, {4, true}), layout), weight);
}
