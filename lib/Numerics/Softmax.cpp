// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Softmax.h"

#include "lib/Numerics/Rounding.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace quern {

QLinearSoftmax::QLinearSoftmax(float inputScale) {
  for (int distance = 0; distance < 256; ++distance) {
    double value = 0x1p22 * std::exp(-distance * static_cast<double>(inputScale));
    table[distance] = static_cast<uint32_t>(roundHalfEven(value));
  }
}

void QLinearSoftmax::operator()(std::span<const int32_t> codes, std::span<float> y) const {
  if (codes.empty())
    return;
  int32_t largest = *std::ranges::max_element(codes);
  int64_t sum = 0;
  for (int32_t code : codes)
    sum += table[largest - code];
  for (size_t i = 0; i < codes.size(); ++i)
    y[i] = static_cast<float>(table[largest - codes[i]]) / static_cast<float>(sum);
}

void QLinearSoftmax::operator()(std::span<const int32_t> codes, const Quantizer &output,
                                std::span<int32_t> y) const {
  std::vector<float> values(codes.size());
  (*this)(codes, values);
  std::ranges::transform(values, y.begin(), [&](float value) { return output.quantize(value); });
}

} // namespace quern
