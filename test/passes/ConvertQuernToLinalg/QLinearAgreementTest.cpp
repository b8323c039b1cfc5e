// The lowered arithmetic on codes gives the bits of lib/Numerics: QLinear operators and tables.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/passes/ConvertQuernToLinalg/SampleOperands.h"

#include "lib/Numerics/QLinear.h"
#include "lib/Numerics/Quantizer.h"
#include "lib/Numerics/Softmax.h"

#include "llvm/Support/FormatVariadic.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace quern::test {
namespace {

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
