// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/GroupedSum.h"

#include "lib/Numerics/GroupQuantizer.h"
#include "lib/Numerics/Requantize.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <vector>

using namespace quern;

TEST(GroupedSum, EachStepRoundsOnce) {
  // 2^24 + 1 rounds to 2^24 when converted; the product rounds before it is added.
  std::vector<int32_t> sums{(1 << 24) + 1, 3};
  std::vector<float> scales{1.0f, 0.1f};
  float product = 3.0f * 0.1f;
  EXPECT_EQ(addGroups(sums, scales, 0.0f), 0x1p24f + product);
  EXPECT_NE(std::fma(3.0f, 0.1f, -product), 0.0f) << "the example must tell a fused operation";
  EXPECT_EQ(addGroups({sums.data() + 1, 1}, {scales.data() + 1, 1}, -product), 0.0f);
}

TEST(GroupedSum, OneGroupIsTheAccumulatorTimesItsScale) {
  for (int32_t sum : {0, 7, -12345, (1 << 25) + 3})
    EXPECT_EQ(addGroups({&sum, 1}, std::vector<float>{0.5f * 0.3f}, 0.0f),
              dequantizeAccumulator(sum, 0.5f, 0.3f));
}

TEST(GroupedSum, CodesRoundHalfToEvenAndClamp) {
  CodeRange u8 = CodeRange::unsignedBits(8);
  EXPECT_EQ(requantizeSum(1.25f, 2.0f, 10, u8), 12);
  EXPECT_EQ(requantizeSum(1.75f, 2.0f, 10, u8), 14);
  EXPECT_EQ(requantizeSum(-1e30f, 2.0f, 10, {10, 255}), 10);
  EXPECT_EQ(requantizeSum(1e30f, 1e30f, 10, u8), 255);
}

/// The product of codes against that of the reals they stand for, in double.
TEST(GroupedSum, IsTheProductOfTheReals) {
  std::mt19937 random(3);
  for (unsigned bits : {2u, 4u, 8u})
    for (bool symmetric : {true, false})
      for (int64_t groupSize : {1, 7, 32, 100}) {
        GroupLayout layout{50, 1, groupSize};
        std::normal_distribution<float> normal;
        std::vector<float> weight(50);
        for (float &value : weight)
          value = normal(random);
        GroupCodes codes = quantizeGroups(weight, layout, {bits, symmetric});
        std::vector<float> reals = dequantizeGroups(codes, layout);
        std::vector<int32_t> activations(50), sums;
        for (int32_t &code : activations)
          code = int32_t(random() % 256);
        std::vector<float> scales;
        double exact = 0.25;
        for (int64_t group = 0; group < layout.groups(); ++group) {
          int64_t first = layout.firstRow(group), size = layout.endRow(group) - first;
          std::vector<int32_t> differences;
          for (int64_t row = first; row < first + size; ++row)
            differences.push_back(codes.codes[row] - codes.quantizers[group].zeroPoint);
          sums.push_back(groupSum({activations.data() + first, size_t(size)}, 100, differences));
          scales.push_back(0.02f * codes.quantizers[group].scale);
        }
        double magnitude = 0.25;
        for (int64_t row = 0; row < 50; ++row) {
          exact += 0.02f * double(activations[row] - 100) * reals[row];
          magnitude += std::abs(0.02f * double(activations[row] - 100) * reals[row]);
        }
        EXPECT_NEAR(addGroups(sums, scales, 0.25f), exact, 1e-5 * magnitude);
      }
}

TEST(GroupQuantizer, TheLeastScaleMovesTheZeroPoint) {
  GroupFormat format{4, /*isSymmetric=*/false};
  Quantizer quantizer = format.choose(-3.0f, 1.0f, 1.0f);
  EXPECT_EQ(quantizer.scale, 1.0f);
  EXPECT_EQ(quantizer.zeroPoint, 3);
  EXPECT_EQ(format.choose(-30.0f, 0.0f, 1.0f).scale, 2.0f);
}
