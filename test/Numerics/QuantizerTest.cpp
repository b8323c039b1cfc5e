// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Quantizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace quern;

static constexpr CodeRange u8 = CodeRange::unsignedBits(8), s8 = CodeRange::signedBits(8),
                           symmetric8 = CodeRange::symmetricBits(8);

TEST(CodeRange, Formats) {
  EXPECT_EQ(u8, (CodeRange{0, 255}));
  EXPECT_EQ(s8, (CodeRange{-128, 127}));
  EXPECT_EQ(symmetric8, (CodeRange{-127, 127}));
  EXPECT_EQ(CodeRange::unsignedBits(4), (CodeRange{0, 15}));
  EXPECT_EQ(CodeRange::symmetricBits(4), (CodeRange{-7, 7}));
  EXPECT_EQ(CodeRange::unsignedBits(16), (CodeRange{0, 65535}));
}

TEST(ChooseAsymmetric, FollowsTheFormula) {
  Quantizer quantizer = chooseAsymmetric(-1.0f, 3.0f, u8);
  EXPECT_EQ(quantizer.scale, 4.0f / 255.0f);
  EXPECT_EQ(quantizer.zeroPoint, 64); // 63.75
  Quantizer isSigned = chooseAsymmetric(-1.0f, 3.0f, s8);
  EXPECT_EQ(isSigned.scale, quantizer.scale);
  EXPECT_EQ(isSigned.zeroPoint, 64 - 128);
}

TEST(ChooseAsymmetric, ZeroIsForcedIntoTheRangeAndIsExact) {
  for (auto [min, max] :
       {std::pair(2.0f, 5.0f), {-7.0f, -3.0f}, {-0.1f, 100.0f}, {-1e-6f, 1e6f}, {0.0f, 1.0f}}) {
    Quantizer quantizer = chooseAsymmetric(min, max, u8);
    EXPECT_EQ(quantizer.roundTrip(0.0f), 0.0f) << min << " " << max;
    EXPECT_GE(quantizer.zeroPoint, 0);
    EXPECT_LE(quantizer.zeroPoint, 255);
  }
  EXPECT_EQ(chooseAsymmetric(2.0f, 5.0f, u8).scale, 5.0f / 255.0f);
  EXPECT_EQ(chooseAsymmetric(-7.0f, -3.0f, u8).zeroPoint, 255);
}

TEST(ChooseAsymmetric, ExtremesOfF32) {
  float largest = std::numeric_limits<float>::max();
  Quantizer wide = chooseAsymmetric(-largest, largest, u8);
  EXPECT_TRUE(std::isfinite(wide.scale));
  EXPECT_EQ(wide.quantize(largest), 255);
  EXPECT_EQ(wide.quantize(-largest), 0);
  Quantizer narrow = chooseAsymmetric(0.0f, std::numeric_limits<float>::denorm_min(), u8);
  EXPECT_EQ(narrow.scale, kSmallestScale);
  EXPECT_GE(kSmallestScale * kSmallestScale, std::numeric_limits<float>::min());
}

TEST(ChooseScale, TensorOfZerosGetsScaleOne) {
  EXPECT_EQ(chooseAsymmetric(0, 0, u8).scale, 1.0f);
  EXPECT_EQ(chooseAsymmetric(0, 0, u8).zeroPoint, 0);
  EXPECT_EQ(chooseSymmetric(0, symmetric8).scale, 1.0f);
}

TEST(ChooseSymmetric, MagnitudeGetsTheHighestCode) {
  Quantizer quantizer = chooseSymmetric(2.54f, symmetric8);
  EXPECT_EQ(quantizer.scale, 2.54f / 127.0f);
  EXPECT_EQ(quantizer.zeroPoint, 0);
  EXPECT_EQ(quantizer.quantize(2.54f), 127);
  EXPECT_EQ(quantizer.quantize(-2.54f), -127);
  EXPECT_EQ(quantizer.quantize(-100.0f), -127); // -128 stays unused
}

TEST(Quantize, TiesRoundToEvenBeforeTheZeroPointIsAdded) {
  Quantizer quantizer{0.5f, 3, u8};
  EXPECT_EQ(quantizer.quantize(0.25f), 3);  // 0.5 -> 0
  EXPECT_EQ(quantizer.quantize(0.75f), 5);  // 1.5 -> 2
  EXPECT_EQ(quantizer.quantize(-0.75f), 1); // -1.5 -> -2
}

TEST(Quantize, SaturatesAtEveryExtreme) {
  Quantizer quantizer{1e-3f, 17, u8};
  float infinity = std::numeric_limits<float>::infinity();
  for (float high : {1.0f, 1e38f, infinity})
    EXPECT_EQ(quantizer.quantize(high), 255);
  for (float low : {-1.0f, -1e38f, -infinity})
    EXPECT_EQ(quantizer.quantize(low), 0);
}

TEST(Quantize, EveryCodeSurvivesTheRoundTrip) {
  for (CodeRange codes : {u8, s8, symmetric8, CodeRange::unsignedBits(4), CodeRange::signedBits(4)})
    for (float scale : {1.0f, 0.1f, 3.7e-5f, 1.7e12f, kSmallestScale})
      for (int32_t zero = codes.lowest; zero <= codes.highest; ++zero)
        for (int32_t code = codes.lowest; code <= codes.highest; ++code) {
          Quantizer quantizer{scale, zero, codes};
          ASSERT_EQ(quantizer.quantize(quantizer.dequantize(code)), code) << scale << " " << zero;
        }
}

TEST(Quantize, ErrorInsideTheRangeIsAtMostHalfAStep) {
  Quantizer quantizer = chooseAsymmetric(-1.0f, 2.0f, u8);
  for (int i = -1000; i <= 2000; ++i) {
    float x = static_cast<float>(i) / 1000;
    // The rounded zero point moves both ends by up to half a step.
    EXPECT_LE(std::fabs(quantizer.roundTrip(x) - x), quantizer.scale * 1.0001f) << x;
  }
}

TEST(Bias, DeadChannelKeepsItsBias) {
  float weightScale = 1e-12f, activationScale = 0.02f, bias = 0.7f;
  EXPECT_GT(std::fabs(bias) / (activationScale * weightScale), 0x1p31f);
  weightScale = std::max(weightScale, smallestWeightScale(bias, activationScale));
  int32_t code = quantizeBias(bias, activationScale, weightScale);
  EXPECT_LE(code, (1 << 30) + 64);
  EXPECT_NEAR(static_cast<double>(code) * (activationScale * weightScale), bias, 1e-6);
}

TEST(Bias, CodesBeyond24BitsAreExact) {
  EXPECT_EQ(quantizeBias(1.0f, 0x1p-15f, 0x1p-15f), 1 << 30);
  EXPECT_EQ(quantizeBias(1e30f, 1.0f, 1.0f), std::numeric_limits<int32_t>::max());
  EXPECT_EQ(quantizeBias(-1e30f, 1.0f, 1.0f), std::numeric_limits<int32_t>::min());
  EXPECT_EQ(quantizeBias(2.5f, 1.0f, 1.0f), 2);
}

TEST(Quantizer, ManyAreRoundedAsOneIs) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> values{0.0f,  -0.0f,  infinity, -infinity, std::numeric_limits<float>::quiet_NaN(),
                            1e38f, -1e38f, 1e-42f};
  for (int i = -2000; i <= 2000; ++i) // ties among them
    values.push_back(0.03125f * static_cast<float>(i));
  for (Quantizer quantizer : {Quantizer{0.0625f, 3, u8}, Quantizer{0.1f, 0, CodeRange::symmetricBits(4)},
                              Quantizer{1e-3f, -700, CodeRange::signedBits(16)}}) {
    std::vector<float> rounded = values;
    quantizer.roundTrip(rounded);
    for (size_t i = 0; i < values.size(); ++i)
      EXPECT_EQ(rounded[i], quantizer.roundTrip(values[i])) << values[i];
  }
}
