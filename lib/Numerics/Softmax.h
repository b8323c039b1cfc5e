// Softmax of 8-bit codes by a table of exponentials.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Quantizer.h"

#include <array>
#include <cstdint>
#include <span>

namespace quern {

/// softmax over n codes q_i of scale s:
///   e_i = table[max_j q_j - q_i],   table[d] = round(2^22 * exp(-d * s)) computed in double,
///   S = sum e_i,   y_i = f32(e_i) / f32(S).
/// The zero point cancels. 1 <= 2^22 <= S <= n * 2^22, so S fits u32 for n < 1024 and i64 for every n; e_i <=
/// 2^22 is exact in f32. The largest code contributes 2^22, therefore the error of y_i is at most about (n /
/// 2 + 1) * 2^-22 absolute, far below a step of 2^-8.
class QLinearSoftmax {
public:
  explicit QLinearSoftmax(float inputScale);

  /// Writes y for one row of codes; both spans have the same length.
  void operator()(std::span<const int32_t> codes, std::span<float> y) const;

  /// The same, quantized: output.quantize(y_i).
  void operator()(std::span<const int32_t> codes, const Quantizer &output, std::span<int32_t> y) const;

  const std::array<uint32_t, 256> &getTable() const { return table; }

  /// Rows shorter than this may sum in u32.
  static constexpr int64_t kRowsThatFit32Bits = 1024;

private:
  std::array<uint32_t, 256> table;
};

} // namespace quern
