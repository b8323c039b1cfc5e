// The lowered arithmetic on codes gives the bits of lib/Numerics, for each op, over random and extreme
// operands. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/passes/ConvertQuernToLinalg/SampleOperands.h"

#include "lib/Numerics/GroupedSum.h"
#include "lib/Numerics/QLinear.h"
#include "lib/Numerics/Quantizer.h"
#include "lib/Numerics/Requantize.h"
#include "lib/Numerics/Softmax.h"

#include "llvm/Support/FormatVariadic.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace quern::test {
namespace {

constexpr CodeRange kU8 = CodeRange::unsignedBits(8), kS8 = CodeRange::signedBits(8);

std::string uniform(const Quantizer &q) {
  return llvm::formatv("!quant.uniform<{0}:f32, {1}:{2}>", q.codes == kU8 ? "u8" : "i8", literal(q.scale),
                       q.zeroPoint);
}

/// The integer type that stores codes of `q`.
const char *storage(const Quantizer &q) { return q.codes.lowest == 0 ? "ui8" : "i8"; }

/// The int32 of a stored 8-bit code.
int32_t decode(uint8_t byte, const Quantizer &q) {
  return q.codes.lowest == 0 ? byte : static_cast<int8_t>(byte);
}

/// Every pair of 8-bit codes.
struct CodePairs {
  std::vector<uint8_t> first, second;
  CodePairs() {
    for (int i = 0; i < 1 << 16; ++i) {
      first.push_back(i >> 8);
      second.push_back(i & 255);
    }
  }
};

std::vector<uint8_t> randomCodes(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<uint8_t> codes(count);
  std::ranges::generate(codes, [&] { return random() & 255; });
  return codes;
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

/// The attributes that state how the result of a QLinear op is rounded.
std::string roundingAttributes(int32_t zeroPoint, CodeRange codes) {
  return llvm::formatv("zero_point = {0} : i64, min = {1} : i64, max = {2} : i64", zeroPoint, codes.lowest,
                       codes.highest);
}

TEST(QLinearAdd, EveryPairOfCodes) {
  struct Case {
    Quantizer a, b, output;
  };
  for (const Case &c : {Case{{0.5f, 128, kU8}, {0.25f, 3, kU8}, {0.5f, 100, kU8}},
                        {{0.011f, 7, kU8}, {0.037f, -5, kS8}, {0.043f, 9, kS8}},
                        {{1e30f, 0, kS8}, {1e30f, 0, kU8}, {1e-8f, 0, kU8}}}) {
    QLinearAdd add = QLinearAdd::get(c.a, c.b, c.output);
    if (!std::isfinite(add.aMultiplier))
      add.aMultiplier = add.bMultiplier = 3e38f; // products overflow to infinities of both signs
    auto f = compile(
        llvm::formatv("%a: tensor<65536x{0}>, %b: tensor<65536x{1}>", storage(c.a), storage(c.b)),
        llvm::formatv("  %r = quern.qlinear_add %a, %b {{a_zero_point = {0} : i64, b_zero_point = {1} : i64, "
                      "a_multiplier = {2} : f32, b_multiplier = {3} : f32, {4}} : "
                      "(tensor<65536x{5}>, tensor<65536x{6}>) -> tensor<65536x{7}>",
                      add.aZeroPoint, add.bZeroPoint, literal(add.aMultiplier), literal(add.bMultiplier),
                      roundingAttributes(add.zeroPoint, add.codes), storage(c.a), storage(c.b),
                      storage(c.output)),
        llvm::formatv("tensor<65536x{0}>", storage(c.output)));
    ASSERT_TRUE(f);
    CodePairs pairs;
    std::vector<uint8_t> codes(1 << 16);
    (*f)({pairs.first.data(), pairs.second.data()}, codes.data());
    for (size_t i = 0; i < codes.size(); ++i) {
      int32_t a = decode(pairs.first[i], c.a), b = decode(pairs.second[i], c.b);
      ASSERT_EQ(decode(codes[i], c.output), add(a, b)) << a << " + " << b;
    }
  }
}

TEST(QLinearAdd, BroadcastsAChannel) {
  QLinearAdd add{1, 2, 0.5f, 0.75f, 3, kU8};
  auto f = compile(
      "%a: tensor<2x3x4xui8>, %b: tensor<3x1xui8>",
      llvm::formatv("  %r = quern.qlinear_add %a, %b {{a_zero_point = 1 : i64, b_zero_point = 2 : i64, "
                    "a_multiplier = 0.5 : f32, b_multiplier = 0.75 : f32, {0}} : "
                    "(tensor<2x3x4xui8>, tensor<3x1xui8>) -> tensor<2x3x4xui8>",
                    roundingAttributes(3, kU8)),
      "tensor<2x3x4xui8>");
  ASSERT_TRUE(f);
  std::vector<uint8_t> a = randomCodes(24, 4), b = randomCodes(3, 5), codes(24);
  (*f)({a.data(), b.data()}, codes.data());
  for (size_t i = 0; i < codes.size(); ++i)
    ASSERT_EQ(codes[i], add(a[i], b[i / 4 % 3]));
}

TEST(QLinearMul, EveryPairOfCodes) {
  Quantizer a{0.011f, 7, kU8}, b{0.037f, -5, kS8}, output{0.043f, 9, kU8};
  QLinearMul mul = QLinearMul::get(a, b, output);
  auto f = compile(
      "%a: tensor<65536xui8>, %b: tensor<65536xi8>",
      llvm::formatv("  %r = quern.qlinear_mul %a, %b {{a_zero_point = 7 : i64, b_zero_point = -5 : i64, "
                    "multiplier = {0} : f32, {1}} : (tensor<65536xui8>, tensor<65536xi8>) -> "
                    "tensor<65536xui8>",
                    literal(mul.multiplier), roundingAttributes(9, kU8)),
      "tensor<65536xui8>");
  ASSERT_TRUE(f);
  CodePairs pairs;
  std::vector<uint8_t> codes(1 << 16);
  (*f)({pairs.first.data(), pairs.second.data()}, codes.data());
  for (size_t i = 0; i < codes.size(); ++i)
    ASSERT_EQ(codes[i], mul(pairs.first[i], decode(pairs.second[i], b)));
}

/// What the op's definition says, position by position, on one 5x5 plane with a 3x3 window, stride 2 and
/// padding 1.
void checkAveragePool(bool includePadding) {
  Quantizer input{0.11f, 130, kU8}, output{0.09f, 4, kU8};
  auto f = compile(
      "%x: tensor<1x1x5x5xui8>",
      llvm::formatv(
          "  %r = quern.qlinear_average_pool %x {{kernel_shape = array<i64: 3, 3>, strides = array<i64: "
          "2, 2>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, count_include_pad = "
          "{0}, input_zero_point = 130 : i64, multiplier = {1} : f32, {2}} : tensor<1x1x5x5xui8> -> "
          "tensor<1x1x3x3xui8>",
          includePadding ? "true" : "false", literal(input.scale / output.scale), roundingAttributes(4, kU8)),
      "tensor<1x1x3x3xui8>");
  ASSERT_TRUE(f);
  std::vector<uint8_t> x = randomCodes(25, 6), codes(9);
  (*f)(x.data(), codes.data());
  for (int position = 0; position < 9; ++position) {
    int32_t sum = 0, count = 0;
    for (int tap = 0; tap < 9; ++tap) {
      int row = position / 3 * 2 + tap / 3 - 1, column = position % 3 * 2 + tap % 3 - 1;
      if (row < 0 || row > 4 || column < 0 || column > 4)
        continue;
      sum += x[row * 5 + column] - 130;
      ++count;
    }
    QLinearAveragePool pool = QLinearAveragePool::get(input, output, includePadding ? 9 : count);
    ASSERT_EQ(codes[position], pool(sum)) << position;
  }
}

TEST(QLinearAveragePool, PaddingCounts) { checkAveragePool(true); }
TEST(QLinearAveragePool, PaddingDoesNotCount) { checkAveragePool(false); }

TEST(QLinearGlobalAveragePool, DropsItsDimensions) {
  Quantizer input{0.11f, -3, kS8}, output{0.013f, 4, kU8};
  auto f =
      compile("%x: tensor<2x3x7x7xi8>",
              llvm::formatv(
                  "  %r = quern.qlinear_global_average_pool %x {{axes = array<i64: 2, 3>, keep_dims = false, "
                  "input_zero_point = -3 : i64, multiplier = {0} : f32, {1}} : tensor<2x3x7x7xi8> -> "
                  "tensor<2x3xui8>",
                  literal(input.scale / output.scale), roundingAttributes(4, kU8)),
              "tensor<2x3xui8>");
  ASSERT_TRUE(f);
  std::vector<uint8_t> x = randomCodes(6 * 49, 7), codes(6);
  (*f)(x.data(), codes.data());
  QLinearAveragePool pool = QLinearAveragePool::get(input, output, 49);
  for (int i = 0; i < 6; ++i) {
    int32_t sum = 0;
    for (int j = 0; j < 49; ++j)
      sum += decode(x[i * 49 + j], input) + 3;
    ASSERT_EQ(codes[i], pool(sum));
  }
}

std::string softmaxTable(const QLinearSoftmax &softmax) {
  return llvm::formatv("dense<[{0}]> : tensor<256xi32>",
                       llvm::make_range(softmax.getTable().begin(), softmax.getTable().end()));
}

TEST(QLinearSoftmax, Reals) {
  QLinearSoftmax softmax(0.043f);
  auto f = compile("%x: tensor<4x50x3xi8>",
                   "  %r = quern.qlinear_softmax %x {axis = 1 : i64, table = " + softmaxTable(softmax) +
                       "} : tensor<4x50x3xi8> -> tensor<4x50x3xf32>",
                   "tensor<4x50x3xf32>");
  ASSERT_TRUE(f);
  std::vector<uint8_t> x = randomCodes(600, 8);
  std::vector<float> y(600);
  (*f)(x.data(), y.data());
  for (int row = 0; row < 12; ++row) {
    std::vector<int32_t> codes(50);
    std::vector<float> expected(50);
    auto at = [&](int i) { return (row / 3 * 50 + i) * 3 + row % 3; };
    for (int i = 0; i < 50; ++i)
      codes[i] = static_cast<int8_t>(x[at(i)]);
    softmax(codes, expected);
    for (int i = 0; i < 50; ++i)
      ASSERT_EQ(std::bit_cast<uint32_t>(y[at(i)]), std::bit_cast<uint32_t>(expected[i]));
  }
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

TEST(QLinearSoftmax, Codes) {
  QLinearSoftmax softmax(0.1f);
  Quantizer output{1.0f / 256, 0, kU8};
  auto f = compile("%x: tensor<3x10xui8>",
                   "  %r = quern.qlinear_softmax %x {axis = 1 : i64, output_scale = 0.00390625 : f32, " +
                       roundingAttributes(0, kU8) + ", table = " + softmaxTable(softmax) +
                       "} : tensor<3x10xui8> -> tensor<3x10xui8>",
                   "tensor<3x10xui8>");
  ASSERT_TRUE(f);
  std::vector<uint8_t> x = randomCodes(30, 9), y(30);
  std::fill_n(x.begin(), 10, 255); // a row of equals
  (*f)(x.data(), y.data());
  for (int row = 0; row < 3; ++row) {
    std::vector<int32_t> codes(x.begin() + row * 10, x.begin() + row * 10 + 10), expected(10);
    softmax(codes, output, expected);
    for (int i = 0; i < 10; ++i)
      ASSERT_EQ(y[row * 10 + i], expected[i]);
  }
}

TEST(Lut, EveryCode) {
  for (const char *type : {"ui8", "i8"}) {
    std::vector<uint8_t> table = randomCodes(256, 10);
    std::string text =
        llvm::formatv("dense<[{0}]> : tensor<256xui8>", llvm::make_range(table.begin(), table.end()));
    auto f = compile(
        llvm::formatv("%x: tensor<256x{0}>", type),
        llvm::formatv("  %r = quern.lut %x {{table = {0}} : tensor<256x{1}> -> tensor<256xui8>", text, type),
        "tensor<256xui8>");
    ASSERT_TRUE(f);
    CodePairs pairs;
    std::vector<uint8_t> y(256);
    (*f)(pairs.second.data(), y.data());
    for (int bits = 0; bits < 256; ++bits)
      ASSERT_EQ(y[bits], table[type[0] == 'u' ? bits : bits ^ 128]) << bits;
  }
}

} // namespace
} // namespace quern::test
