// The lowered arithmetic on codes gives the bits of lib/Numerics, over random and extreme operands: what
// turns reals and accumulators into codes and back, and sums in groups.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/passes/ConvertQuernToLinalg/SampleOperands.h"

#include "lib/Numerics/GroupedSum.h"
#include "lib/Numerics/Quantizer.h"
#include "lib/Numerics/Requantize.h"

#include "llvm/Support/FormatVariadic.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace quern::test {
namespace {

std::string uniform(const Quantizer &q) {
  return llvm::formatv("!quant.uniform<{0}:f32, {1}:{2}>", q.codes == kU8 ? "u8" : "i8", literal(q.scale),
                       q.zeroPoint);
}

TEST(Quantize, PerTensor) {
  for (Quantizer q :
       {Quantizer{0.5f, 128, kU8}, {0.1f, 0, kU8}, {0.3f, 255, kU8}, {0.07f, 0, kS8}, {1e-20f, -128, kS8}}) {
    std::vector<float> x = reals(2048, q.scale);
    auto f = compile("%x: tensor<2048xf32>",
                     llvm::formatv("  %q = quern.quantize %x : tensor<2048xf32> -> tensor<2048x{0}>\n"
                                   "  %r = quern.storage_cast %q : tensor<2048x{0}> -> tensor<2048x{1}>",
                                   uniform(q), storage(q)),
                     llvm::formatv("tensor<2048x{0}>", storage(q)));
    ASSERT_TRUE(f);
    std::vector<uint8_t> codes(x.size());
    (*f)(x.data(), codes.data());
    for (size_t i = 0; i < x.size(); ++i)
      ASSERT_EQ(decode(codes[i], q), q.quantize(x[i])) << "x = " << x[i] << ", " << uniform(q);
  }
}

TEST(Quantize, PerAxisWithDifferentZeroPoints) {
  Quantizer channels[] = {{0.5f, 3, kU8}, {0.1f, 250, kU8}, {0.025f, 0, kU8}};
  auto f = compile("%x: tensor<3x1024xf32>",
                   "  %q = quern.quantize %x : tensor<3x1024xf32> -> "
                   "tensor<3x1024x!quant.uniform<u8:f32:0, {0.5:3, " +
                       literal(0.1f) + ":250, " + literal(0.025f) + ":0}>>\n" +
                       "  %r = quern.storage_cast %q : tensor<3x1024x!quant.uniform<u8:f32:0, {0.5:3, " +
                       literal(0.1f) + ":250, " + literal(0.025f) + ":0}>> -> tensor<3x1024xui8>",
                   "tensor<3x1024xui8>");
  ASSERT_TRUE(f);
  std::vector<float> x;
  for (const Quantizer &channel : channels)
    for (float value : reals(1024, channel.scale))
      x.push_back(value);
  std::vector<uint8_t> codes(x.size());
  (*f)(x.data(), codes.data());
  for (size_t i = 0; i < x.size(); ++i)
    ASSERT_EQ(codes[i], channels[i / 1024].quantize(x[i])) << "x = " << x[i];
}

TEST(Dequantize, PerTensor) {
  for (Quantizer q : {Quantizer{0.1f, 200, kU8}, {0.3f, -7, kS8}}) {
    auto f = compile(llvm::formatv("%x: tensor<256x{0}>", storage(q)),
                     llvm::formatv("  %q = quern.storage_cast %x : tensor<256x{1}> -> tensor<256x{0}>\n"
                                   "  %r = quern.dequantize %q : tensor<256x{0}> -> tensor<256xf32>",
                                   uniform(q), storage(q)),
                     "tensor<256xf32>");
    ASSERT_TRUE(f);
    CodePairs pairs;
    std::vector<float> y(256);
    (*f)(pairs.second.data(), y.data());
    for (int i = 0; i < 256; ++i)
      ASSERT_EQ(std::bit_cast<uint32_t>(y[i]), std::bit_cast<uint32_t>(q.dequantize(decode(i, q))));
  }
}

TEST(Dequantize, Blocks) {
  auto f =
      compile("%x: tensor<2x8xi8>",
              "  %q = quern.storage_cast %x : tensor<2x8xi8> -> "
              "tensor<2x8x!quant.uniform<i8:f32:{0:1, 1:4}, {{0.5, 0.25}, {2.0, 4.0}}>>\n"
              "  %r = quern.dequantize %q : "
              "tensor<2x8x!quant.uniform<i8:f32:{0:1, 1:4}, {{0.5, 0.25}, {2.0, 4.0}}>> -> tensor<2x8xf32>",
              "tensor<2x8xf32>");
  if (!f)
    GTEST_FAIL();
  std::vector<uint8_t> codes = randomCodes(16, 3);
  std::vector<float> y(16);
  (*f)(codes.data(), y.data());
  const float scales[] = {0.5f, 0.25f, 2.0f, 4.0f};
  for (int i = 0; i < 16; ++i)
    ASSERT_EQ(y[i], scales[i / 4] * static_cast<int8_t>(codes[i])) << i;
}

TEST(Requantize, PerTensor) {
  std::vector<int32_t> acc = accumulators(4096);
  struct Case {
    float multiplier;
    int32_t zeroPoint;
    CodeRange codes;
    Quantizer type;
  };
  Quantizer u8{1, 0, kU8}, s8{1, 0, kS8};
  for (const Case &c : {Case{0.5f, 0, kU8, u8},
                        {0.0031f, 131, kU8, u8},
                        {0.5f, 10, {10, 200}, u8},
                        {1e-7f, -3, kS8, s8},
                        {3e38f, 0, kS8, s8},
                        {0.5f, -128, {-128, -5}, s8}}) {
    auto f =
        compile("%x: tensor<4096xi32>",
                llvm::formatv(
                    "  %r = quern.requantize %x {{multipliers = array<f32: {0}>, zero_point = {1} : i64, min "
                    "= {2} : i64, max = {3} : i64} : tensor<4096xi32> -> tensor<4096x{4}>",
                    literal(c.multiplier), c.zeroPoint, c.codes.lowest, c.codes.highest, storage(c.type)),
                llvm::formatv("tensor<4096x{0}>", storage(c.type)));
    ASSERT_TRUE(f);
    std::vector<uint8_t> codes(acc.size());
    (*f)(acc.data(), codes.data());
    for (size_t i = 0; i < acc.size(); ++i)
      ASSERT_EQ(decode(codes[i], c.type), requantize(acc[i], c.multiplier, c.zeroPoint, c.codes))
          << acc[i] << " * " << c.multiplier;
  }
}

TEST(Requantize, PerAxis) {
  std::vector<float> multipliers{0.5f, 0.0017f, 1e-5f};
  auto f = compile(
      "%x: tensor<8x3x64xi32>",
      llvm::formatv(
          "  %r = quern.requantize %x {{axis = 1 : i64, multipliers = array<f32: {0}>, zero_point = 77 "
          ": i64, min = 77 : i64, max = 255 : i64} : tensor<8x3x64xi32> -> tensor<8x3x64xui8>",
          literals(multipliers)),
      "tensor<8x3x64xui8>");
  ASSERT_TRUE(f);
  std::vector<int32_t> acc = accumulators(8 * 3 * 64);
  std::vector<uint8_t> codes(acc.size());
  (*f)(acc.data(), codes.data());
  for (size_t i = 0; i < acc.size(); ++i)
    ASSERT_EQ(codes[i], requantize(acc[i], multipliers[i / 64 % 3], 77, {77, 255})) << acc[i];
}

TEST(DequantizeAccumulator, PerAxis) {
  std::vector<float> weightScales{0.01f, 0.7f};
  std::vector<float> scales{0.3f * weightScales[0], 0.3f * weightScales[1]};
  auto f = compile(
      "%x: tensor<512x2xi32>",
      llvm::formatv("  %r = quern.dequantize_accumulator %x {{axis = 1 : i64, scales = array<f32: {0}>} : "
                    "tensor<512x2xi32> -> tensor<512x2xf32>",
                    literals(scales)),
      "tensor<512x2xf32>");
  ASSERT_TRUE(f);
  std::vector<int32_t> acc = accumulators(1024);
  std::vector<float> y(acc.size());
  (*f)(acc.data(), y.data());
  for (size_t i = 0; i < acc.size(); ++i)
    ASSERT_EQ(y[i], dequantizeAccumulator(acc[i], 0.3f, weightScales[i % 2])) << acc[i];
}

TEST(GroupedMatMul, WholeGroupsAndATail) {
  constexpr int rows = 5, terms = 23, columns = 6;
  std::mt19937 random(12);
  for (int size : {1, 7, 8, 40}) {
    int groups = (terms + size - 1) / size;
    std::vector<float> scales, bias;
    for (int i = 0; i < groups * columns; ++i)
      scales.push_back(std::uniform_real_distribution<float>(1e-4f, 1.0f)(random));
    for (int i = 0; i < columns; ++i)
      bias.push_back(std::normal_distribution<float>(0, 100)(random));
    auto f = compile(
        "%x: tensor<5x23xui8>, %w: tensor<23x6xi8>",
        llvm::formatv("  %s1 = arith.constant dense<[{0}]> : tensor<{1}xf32>\n"
                      "  %s = tensor.expand_shape %s1 [[0, 1]] output_shape [{2}, 6] : tensor<{1}xf32> "
                      "into tensor<{2}x6xf32>\n"
                      "  %b = arith.constant dense<[{3}]> : tensor<6xf32>\n"
                      "  %r = quern.grouped_matmul %x, %w, %s, %b {{group_size = {4} : i64, zero_point "
                      "= 7 : i64} : tensor<5x23xui8>, tensor<23x6xi8>, tensor<{2}x6xf32>, "
                      "tensor<6xf32> -> tensor<5x6xf32>",
                      literals(scales), groups * columns, groups, literals(bias), size),
        "tensor<5x6xf32>");
    ASSERT_TRUE(f);
    std::vector<uint8_t> x = randomCodes(rows * terms, 13), w = randomCodes(terms * columns, 14);
    std::vector<float> y(rows * columns);
    (*f)({x.data(), w.data()}, y.data());
    for (int row = 0; row < rows; ++row)
      for (int column = 0; column < columns; ++column) {
        std::vector<int32_t> sums;
        std::vector<float> columnScales;
        for (int group = 0; group < groups; ++group) {
          std::vector<int32_t> activations, weights;
          for (int k = group * size; k < std::min(terms, (group + 1) * size); ++k) {
            activations.push_back(x[row * terms + k]);
            weights.push_back(static_cast<int8_t>(w[k * columns + column]));
          }
          sums.push_back(groupSum(activations, 7, weights));
          columnScales.push_back(scales[group * columns + column]);
        }
        float expected = addGroups(sums, columnScales, bias[column]);
        ASSERT_EQ(std::bit_cast<uint32_t>(y[row * columns + column]), std::bit_cast<uint32_t>(expected));
      }
  }
}

TEST(Requantize, SumsThatAreReals) {
  auto f = compile("%x: tensor<700xf32>",
                   "  %r = quern.requantize %x {multipliers = array<f32: " + literal(0.37f) + ">, " +
                       roundingAttributes(9, {9, 255}) + "} : tensor<700xf32> -> tensor<700xui8>",
                   "tensor<700xui8>");
  ASSERT_TRUE(f);
  std::vector<float> x = reals(700, 1 / 0.37f);
  x[2] = 0.0f; // a proof keeps NaN out
  std::vector<uint8_t> y(700);
  (*f)(x.data(), y.data());
  for (size_t i = 0; i < x.size(); ++i)
    ASSERT_EQ(y[i], requantizeSum(x[i], 0.37f, 9, {9, 255})) << x[i];
}

} // namespace
} // namespace quern::test
