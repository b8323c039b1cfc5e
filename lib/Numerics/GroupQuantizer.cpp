// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/GroupQuantizer.h"

#include "lib/Numerics/Rounding.h"

#include <cmath>

namespace quern {

Quantizer GroupFormat::choose(float min, float max, float leastScale) const {
  Quantizer quantizer = isSymmetric ? chooseSymmetric(std::max(std::fabs(min), std::fabs(max)), codes())
                                    : chooseAsymmetric(min, max, codes());
  if (quantizer.scale >= leastScale)
    return quantizer;
  quantizer.scale = leastScale;
  if (!isSymmetric)
    quantizer.zeroPoint =
        codes().lowest + roundAndClamp(-std::min(min, 0.0f) / leastScale, 0, codes().steps());
  return quantizer;
}

GroupCodes quantizeGroups(std::span<const float> weight, const GroupLayout &layout, GroupFormat format) {
  GroupCodes result;
  result.codes.resize(weight.size());
  for (int64_t group = 0; group < layout.groups(); ++group)
    for (int64_t column = 0; column < layout.columns; ++column) {
      float min = 0, max = 0;
      for (int64_t row = layout.firstRow(group); row < layout.endRow(group); ++row) {
        min = std::min(min, weight[row * layout.columns + column]);
        max = std::max(max, weight[row * layout.columns + column]);
      }
      Quantizer quantizer = format.choose(min, max);
      for (int64_t row = layout.firstRow(group); row < layout.endRow(group); ++row) {
        int64_t at = row * layout.columns + column;
        result.codes[at] = static_cast<int16_t>(quantizer.quantize(weight[at]));
      }
      result.quantizers.push_back(quantizer);
    }
  return result;
}

std::vector<float> dequantizeGroups(const GroupCodes &codes, const GroupLayout &layout) {
  std::vector<float> values;
  values.reserve(codes.codes.size());
  for (int64_t row = 0; row < layout.rows; ++row)
    for (int64_t column = 0; column < layout.columns; ++column)
      values.push_back(codes.quantizers[layout.parameter(row, column)].dequantize(
          codes.codes[row * layout.columns + column]));
  return values;
}

} // namespace quern
