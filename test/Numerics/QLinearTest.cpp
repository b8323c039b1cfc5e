// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/QLinear.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

using namespace quern;

static constexpr CodeRange u8 = CodeRange::unsignedBits(8), s8 = CodeRange::signedBits(8);

/// Every pair of codes: within one code of real arithmetic on the dequantized operands, and exact away from
/// ties.
template <typename Operation, typename Real>
static void expectNearReal(const Quantizer &a, const Quantizer &b, const Quantizer &output,
                           Operation operation, Real real) {
  for (int32_t x = a.codes.lowest; x <= a.codes.highest; ++x)
    for (int32_t y = b.codes.lowest; y <= b.codes.highest; ++y) {
      double value = real(static_cast<double>(x - a.zeroPoint) * a.scale,
                          static_cast<double>(y - b.zeroPoint) * b.scale);
      double position = value / output.scale;
      double nearest = std::min(std::max(__builtin_roundeven(position) + output.zeroPoint,
                                         static_cast<double>(output.codes.lowest)),
                                static_cast<double>(output.codes.highest));
      bool nearTie = std::fabs(position - std::floor(position) - 0.5) < 1e-4;
      ASSERT_LE(std::fabs(operation(x, y) - nearest), nearTie ? 1 : 0) << x << " " << y;
    }
}

TEST(QLinearAdd, EveryPairOfCodes) {
  Quantizer a{0.031f, 17, u8}, b{0.0077f, 200, u8}, output{0.04f, 60, u8};
  expectNearReal(a, b, output, QLinearAdd::get(a, b, output), [](double x, double y) { return x + y; });
  Quantizer sa{0.031f, -5, s8}, sb{0.5f, 0, s8}, so{0.25f, 3, s8};
  expectNearReal(sa, sb, so, QLinearAdd::get(sa, sb, so), [](double x, double y) { return x + y; });
}

TEST(QLinearAdd, EachOperationRoundsOnItsOwn) {
  Quantizer a{0.1f, 0, u8}, b{0.3f, 0, u8}, output{0.7f, 0, u8};
  QLinearAdd add = QLinearAdd::get(a, b, output);
  for (int x = 0; x < 256; ++x)
    for (int y = 0; y < 256; ++y) {
      volatile float first = static_cast<float>(x) * (0.1f / 0.7f);
      volatile float second = static_cast<float>(y) * (0.3f / 0.7f);
      volatile float sum = first + second;
      ASSERT_EQ(add(x, y), std::min(255, static_cast<int>(__builtin_roundevenf(sum))));
    }
}

TEST(QLinearMul, EveryPairOfCodes) {
  Quantizer a{0.031f, 17, u8}, b{0.0077f, 200, u8}, output{0.011f, 90, u8};
  expectNearReal(a, b, output, QLinearMul::get(a, b, output), [](double x, double y) { return x * y; });
}

TEST(QLinearMul, SaturatesAtBothEnds) {
  Quantizer unit{1.0f, 128, u8};
  QLinearMul mul = QLinearMul::get(unit, unit, unit);
  EXPECT_EQ(mul(255, 255), 255);
  EXPECT_EQ(mul(0, 255), 0);
  EXPECT_EQ(mul(128, 255), 128);
}

TEST(QLinearAveragePool, ConstantInputStaysConstant) {
  for (int64_t count : {1, 2, 3, 9, 49, 1000}) {
    Quantizer same{0.05f, 7, u8};
    QLinearAveragePool pool = QLinearAveragePool::get(same, same, count);
    for (int32_t code = 0; code < 256; ++code)
      ASSERT_EQ(pool((code - 7) * static_cast<int32_t>(count)), code) << count;
  }
}

TEST(QLinearAveragePool, TiesRoundToEvenAndSumsFit) {
  Quantizer unit{1.0f, 0, u8};
  QLinearAveragePool half = QLinearAveragePool::get(unit, unit, 2);
  EXPECT_EQ(half(1), 0);
  EXPECT_EQ(half(3), 2);
  EXPECT_EQ(half(509), 254);
  EXPECT_LE(QLinearAveragePool::kLargestCount * 255, 0x7fffffff);
  EXPECT_GT((QLinearAveragePool::kLargestCount + 1) * 255, 0x7fffffff);
}
