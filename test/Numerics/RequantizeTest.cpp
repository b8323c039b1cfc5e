// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Requantize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

using namespace quern;

static constexpr CodeRange u8 = CodeRange::unsignedBits(8);

TEST(Requantize, MultiplierRoundsTheProductAndTheQuotient) {
  float a = 0.1f, w = 0.3f, o = 0.7f;
  volatile float product = a * w;
  volatile float quotient = product / o;
  EXPECT_EQ(requantizeMultiplier(a, w, o), quotient);
}

TEST(Requantize, TiesAndSaturation) {
  EXPECT_EQ(requantize(1, 0.5f, 10, u8), 10);
  EXPECT_EQ(requantize(3, 0.5f, 10, u8), 12);
  EXPECT_EQ(requantize(-3, 0.5f, 10, u8), 8);
  EXPECT_EQ(requantize(std::numeric_limits<int32_t>::max(), 1.0f, 10, u8), 255);
  EXPECT_EQ(requantize(std::numeric_limits<int32_t>::min(), 1.0f, 10, u8), 0);
}

TEST(Requantize, NarrowCodesAbsorbReluAndClip) {
  // Relu: the lowest code becomes the zero point. Relu6 with so = 6/255: codes above 255 saturate.
  EXPECT_EQ(requantize(-1000, 0.01f, 10, {10, 255}), 10);
  EXPECT_EQ(requantize(5000, 0.01f, 0, {0, 40}), 40);
}

TEST(Requantize, AccumulatorsBeyond24BitsRoundHalfEvenToF32) {
  int32_t accumulator = (1 << 24) + 1; // a tie between two floats
  EXPECT_EQ(static_cast<float>(accumulator), 16777216.0f);
  EXPECT_EQ(requantize(accumulator, 0x1p-17f, 0, u8), 128);
}

TEST(Requantize, AgreesWithExactArithmeticButAtTies) {
  float multiplier = 0.0123f;
  for (int32_t accumulator = -30000; accumulator <= 30000; ++accumulator) {
    double exact = static_cast<double>(accumulator) * multiplier;
    int32_t nearest = std::clamp<int32_t>(__builtin_roundeven(exact) + 100, 0, 255);
    EXPECT_LE(std::abs(requantize(accumulator, multiplier, 100, u8) - nearest),
              std::abs(exact - __builtin_floor(exact) - 0.5) < 1e-4 ? 1 : 0);
  }
}

TEST(DequantizeAccumulator, ProductOfScalesFirst) {
  volatile float scale = 0.1f * 0.3f;
  volatile float value = 12345.0f * scale;
  EXPECT_EQ(dequantizeAccumulator(12345, 0.1f, 0.3f), value);
}

TEST(LargestAccumulator, IsReachedByTheWorstInput) {
  int8_t weights[] = {-127, 5, 0, 127, -3};
  for (int32_t zero : {0, 3, 128, 255}) {
    int64_t sumOfWeights = 0, highest = 1000, lowest = -1000;
    for (int8_t w : weights) {
      sumOfWeights += std::abs(w);
      highest += std::max((0 - zero) * w, (255 - zero) * w);
      lowest += std::min((0 - zero) * w, (255 - zero) * w);
    }
    int64_t bound = largestAccumulator(u8, zero, sumOfWeights, -1000);
    EXPECT_GE(bound, std::max(highest, -lowest));
  }
  EXPECT_EQ(largestAccumulator(u8, 0, 127 * 1000, 0), 255ll * 127 * 1000);
  EXPECT_EQ(largestAccumulator(u8, 0, 0, std::numeric_limits<int32_t>::min()), int64_t(1) << 31);
  EXPECT_EQ(largestDistance(u8, 200), 200);
  EXPECT_EQ(largestDistance(CodeRange::signedBits(8), 0), 128);
}
