// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Table.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace quern;

static constexpr CodeRange u8 = CodeRange::unsignedBits(8), s8 = CodeRange::signedBits(8);

TEST(Table, IdentityWithEqualQuantizersIsTheIdentity) {
  for (CodeRange codes : {u8, s8}) {
    Quantizer same{0.037f, codes.lowest + 100, codes};
    CodeTable table = makeCodeTable(*findRealFunction("Identity"), same, same);
    for (int32_t code = codes.lowest; code <= codes.highest; ++code)
      EXPECT_EQ(table[code - codes.lowest], code);
  }
}

TEST(Table, EveryEntryIsTheFloatGraphsValue) {
  Quantizer input{0.06f, 120, u8}, output{1.0f / 255, 0, u8};
  CodeTable table = makeCodeTable(*findRealFunction("Sigmoid"), input, output);
  for (int32_t code = 0; code < 256; ++code) {
    float x = static_cast<float>(code - 120) * 0.06f;
    float y = static_cast<float>(1.0 / (1.0 + std::exp(-static_cast<double>(x))));
    EXPECT_EQ(table[code], output.quantize(y));
  }
}

TEST(Table, ShortFormatsFillTheFirstEntries) {
  Quantizer input{1.0f, 0, CodeRange::signedBits(4)}, output{1.0f, 0, u8};
  CodeTable table = makeCodeTable(*findRealFunction("Abs"), input, output);
  EXPECT_EQ(table[0], 8);
  EXPECT_EQ(table[8], 0);
  EXPECT_EQ(table[15], 7);
  EXPECT_EQ(table[16], 0);
}

TEST(Table, NaNAndInfinityHaveCodes) {
  Quantizer input{1.0f, 128, u8}, output{0.1f, 10, u8};
  CodeTable log = makeCodeTable(*findRealFunction("Log"), input, output);
  EXPECT_EQ(log[0], 0);   // log of a negative number
  EXPECT_EQ(log[128], 0); // minus infinity
  CodeTable reciprocal = makeCodeTable(*findRealFunction("Reciprocal"), input, output);
  EXPECT_EQ(reciprocal[128], 255);
}

TEST(RealFunction, KnownValues) {
  auto at = [](const char *op, double x, double alpha = 0, double beta = 0) {
    return (*findRealFunction(op, alpha, beta))(x);
  };
  EXPECT_DOUBLE_EQ(at("Sigmoid", 0), 0.5);
  EXPECT_DOUBLE_EQ(at("Tanh", 1), std::tanh(1.0));
  EXPECT_DOUBLE_EQ(at("HardSwish", 3), 3);
  EXPECT_DOUBLE_EQ(at("HardSwish", -3), 0);
  EXPECT_DOUBLE_EQ(at("HardSwish", 1), 1 * 4 / 6.0);
  EXPECT_DOUBLE_EQ(at("HardSigmoid", 1, 0.2, 0.5), 0.7);
  EXPECT_DOUBLE_EQ(at("LeakyRelu", -2, 0.01), -0.02);
  EXPECT_DOUBLE_EQ(at("Elu", -1, 2), 2 * std::expm1(-1));
  EXPECT_DOUBLE_EQ(at("Softplus", 1000), 1000);
  EXPECT_DOUBLE_EQ(at("Softplus", -1000), 0);
  EXPECT_DOUBLE_EQ(at("Round", 2.5), 2);
  EXPECT_DOUBLE_EQ(at("Sign", -3), -1);
  EXPECT_NEAR(at("Gelu", 1), 0.8413447, 1e-7);
  EXPECT_NEAR(at("Gelu", 1, 1), 0.8411920, 1e-7);
  EXPECT_NEAR(at("Mish", 1), 0.8650984, 1e-7);
  EXPECT_FALSE(findRealFunction("Conv"));
  EXPECT_FALSE(findRealFunction(""));
}
