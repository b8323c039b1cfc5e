// Lowered ops on rows give the bits of lib/Numerics/RowQuantizer.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/passes/ConvertQuernToLinalg/SampleOperands.h"

#include "lib/Numerics/RowQuantizer.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>

namespace quern::test {
namespace {

/// Rows with special values among the others, each of another size.
std::vector<float> rowsOf(size_t rows, size_t terms) {
  std::vector<float> values;
  for (size_t row = 0; row < rows; ++row)
    for (float value : reals(1024, 0.1f))
      if (values.size() < (row + 1) * terms)
        values.push_back(row % 3 == 0 ? value
                                      : std::ldexp(float(row) * 0.37f + value / 3, int(row * 11) - 140));
  std::mt19937 random(9);
  for (size_t row = 0; row < rows; ++row)
    if (row % 3 != 0)
      std::shuffle(values.begin() + row * terms, values.begin() + (row + 1) * terms, random);
  return values;
}

TEST(DynamicQuantize, EveryResult) {
  constexpr size_t kRows = 24;
  for (size_t terms : {1, 16, 31, 32, 80}) {
    std::string types = llvm::formatv("tensor<24x{0}xf32> -> tensor<24x{0}xui8>, tensor<24x1xf32>, "
                                      "tensor<24x1xui8>",
                                      terms);
    std::vector<float> x = rowsOf(kRows, terms), scales(kRows);
    std::vector<uint8_t> codes(x.size()), zeroPoints(kRows);
    void *data[] = {codes.data(), scales.data(), zeroPoints.data()};
    std::string result[] = {llvm::formatv("tensor<24x{0}xui8>", terms), "tensor<24x1xf32>",
                            "tensor<24x1xui8>"};
    const char *names[] = {"%r, %a, %b", "%a, %r, %b", "%a, %b, %r"};
    for (int i = 0; i < 3; ++i) {
      auto f = compile(llvm::formatv("%x: tensor<24x{0}xf32>", terms),
                       llvm::formatv("  {0} = quern.dynamic_quantize %x : {1}", names[i], types), result[i]);
      ASSERT_TRUE(f);
      (*f)(x.data(), data[i]);
    }
    for (size_t row = 0; row < kRows; ++row) {
      Quantizer expected = chooseRowQuantizer({x.data() + row * terms, terms});
      ASSERT_EQ(scales[row], expected.scale) << row;
      ASSERT_EQ(zeroPoints[row], expected.zeroPoint) << row;
      for (size_t k = row * terms; k < (row + 1) * terms; ++k)
        ASSERT_EQ(codes[k], expected.quantize(x[k])) << "x = " << x[k];
    }
  }
}

TEST(DequantizeRowAccumulator, RowsAndColumns) {
  std::vector<float> weightScales{0.01f, 0.7f};
  int32_t columnSums[] = {1234567, -3};
  // Scale and zero point of a row of its own, found from what the function is given.
  auto f =
      compile("%acc: tensor<256x2xi32>, %x: tensor<256x3xf32>",
              llvm::formatv("  %q, %s, %z = quern.dynamic_quantize %x : tensor<256x3xf32> -> "
                            "tensor<256x3xui8>, tensor<256x1xf32>, tensor<256x1xui8>\n"
                            "  %r = quern.dequantize_row_accumulator %acc, %s, %z {{weight_scales = "
                            "array<f32: {0}>, column_sums = array<i32: 1234567, -3>} : tensor<256x2xi32>, "
                            "tensor<256x1xf32>, tensor<256x1xui8> -> tensor<256x2xf32>",
                            literals(weightScales)),
              "tensor<256x2xf32>");
  ASSERT_TRUE(f);
  std::vector<int32_t> acc = accumulators(512);
  std::vector<float> x = rowsOf(256, 3), y(512);
  for (int32_t &sum : acc)
    sum /= 2; // leaves room for the zero point's share
  for (float &value : x)
    value = std::isfinite(value) ? std::fmod(value, 100.0f) : 0;
  (*f)({acc.data(), x.data()}, y.data());
  for (size_t i = 0; i < y.size(); ++i) {
    Quantizer row = chooseRowQuantizer({x.data() + i / 2 * 3, 3});
    ASSERT_EQ(y[i], dequantizeRowAccumulator(acc[i], columnSums[i % 2], row, weightScales[i % 2])) << acc[i];
  }
}

} // namespace
} // namespace quern::test
