// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Softmax.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

using namespace quern;

static std::vector<double> realSoftmax(const std::vector<int32_t> &codes, float scale) {
  int32_t largest = *std::max_element(codes.begin(), codes.end());
  std::vector<double> y;
  for (int32_t code : codes)
    y.push_back(std::exp(static_cast<double>(code - largest) * scale));
  double sum = std::accumulate(y.begin(), y.end(), 0.0);
  for (double &value : y)
    value /= sum;
  return y;
}

TEST(QLinearSoftmax, TableStartsAtOneAndFalls) {
  for (float scale : {1e-6f, 0.01f, 0.1f, 1.0f, 100.0f}) {
    QLinearSoftmax softmax(scale);
    EXPECT_EQ(softmax.getTable()[0], 1u << 22);
    for (int i = 1; i < 256; ++i)
      EXPECT_LE(softmax.getTable()[i], softmax.getTable()[i - 1]);
  }
}

TEST(QLinearSoftmax, NearRealSoftmax) {
  for (float scale : {0.001f, 0.02f, 0.1f, 0.5f})
    for (int n : {1, 2, 10, 1001}) {
      std::vector<int32_t> codes(n);
      for (int i = 0; i < n; ++i)
        codes[i] = (i * 37 + 11) % 256;
      std::vector<float> y(n);
      QLinearSoftmax softmax(scale);
      softmax(codes, y);
      std::vector<double> expected = realSoftmax(codes, scale);
      for (int i = 0; i < n; ++i)
        EXPECT_NEAR(y[i], expected[i], (n / 2.0 + 1) * 0x1p-22);
    }
}

TEST(QLinearSoftmax, ZeroPointCancels) {
  std::vector<int32_t> unsignedCodes = {0, 255, 17, 200}, signedCodes;
  for (int32_t code : unsignedCodes)
    signedCodes.push_back(code - 128);
  std::vector<float> first(4), second(4);
  QLinearSoftmax softmax(0.03f);
  softmax(unsignedCodes, first);
  softmax(signedCodes, second);
  EXPECT_EQ(first, second);
}

TEST(QLinearSoftmax, QuantizedOutput) {
  std::vector<int32_t> codes = {10, 10, 10, 10}, y(4);
  QLinearSoftmax softmax(1.0f);
  softmax(codes, Quantizer{1.0f / 256, 0, CodeRange::unsignedBits(8)}, y);
  EXPECT_EQ(y, (std::vector<int32_t>{64, 64, 64, 64}));
  softmax(std::span<const int32_t>(), std::span<float>()); // an empty row is nothing to do
}
