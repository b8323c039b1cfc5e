// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/QLinear.h"

#include "lib/Numerics/Rounding.h"

namespace quern {

static int32_t toCode(float value, int32_t zeroPoint, CodeRange codes) {
  return roundAndClamp(value, codes.lowest - zeroPoint, codes.highest - zeroPoint) + zeroPoint;
}

QLinearAdd QLinearAdd::get(const Quantizer &a, const Quantizer &b, const Quantizer &output) {
  return {a.zeroPoint,      b.zeroPoint, a.scale / output.scale, b.scale / output.scale,
          output.zeroPoint, output.codes};
}

int32_t QLinearAdd::operator()(int32_t a, int32_t b) const {
  float first = static_cast<float>(a - aZeroPoint) * aMultiplier;
  float second = static_cast<float>(b - bZeroPoint) * bMultiplier;
  return toCode(first + second, zeroPoint, codes);
}

QLinearMul QLinearMul::get(const Quantizer &a, const Quantizer &b, const Quantizer &output) {
  float product = a.scale * b.scale;
  return {a.zeroPoint, b.zeroPoint, product / output.scale, output.zeroPoint, output.codes};
}

int32_t QLinearMul::operator()(int32_t a, int32_t b) const {
  float product = static_cast<float>((a - aZeroPoint) * (b - bZeroPoint));
  return toCode(product * multiplier, zeroPoint, codes);
}

QLinearAveragePool QLinearAveragePool::get(const Quantizer &input, const Quantizer &output, int64_t count) {
  float ratio = input.scale / output.scale;
  return {ratio / static_cast<float>(count), output.zeroPoint, output.codes};
}

int32_t QLinearAveragePool::operator()(int32_t sum) const {
  return toCode(static_cast<float>(sum) * multiplier, zeroPoint, codes);
}

} // namespace quern
