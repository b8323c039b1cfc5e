// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/Compare.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace quern {
namespace {

template <typename T> T load(const NpyArray &array, size_t index) {
  T value;
  std::memcpy(&value, array.data.data() + index * sizeof(T), sizeof(T));
  return value;
}

double halfToDouble(uint16_t bits) {
  int exponent = (bits >> 10) & 0x1F;
  double fraction = bits & 0x3FF;
  double magnitude = exponent == 0    ? std::ldexp(fraction, -24)
                     : exponent == 31 ? (fraction == 0 ? std::numeric_limits<double>::infinity()
                                                       : std::numeric_limits<double>::quiet_NaN())
                                      : std::ldexp(fraction + 1024, exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

/// How far beyond the tolerance a pair is: at most 1 is within, infinite where no tolerance helps.
long double excess(long double actual, long double expected, const Tolerance &tolerance) {
  if (std::isnan(actual) || std::isnan(expected))
    return std::isnan(actual) && std::isnan(expected) ? 0 : INFINITY;
  if (actual == expected)
    return 0;
  if (std::isinf(actual) || std::isinf(expected))
    return INFINITY;
  long double allowed = tolerance.absolute + tolerance.relative * std::abs(expected);
  return allowed > 0 ? std::abs(actual - expected) / allowed : INFINITY;
}

} // namespace

long double elementAsNumber(const NpyArray &array, size_t index) {
  switch (static_cast<int32_t>(array.type)) {
  case static_cast<int32_t>(ElementType::Float32):
    return load<float>(array, index);
  case static_cast<int32_t>(ElementType::Float64):
    return load<double>(array, index);
  case static_cast<int32_t>(ElementType::Float16):
    return halfToDouble(load<uint16_t>(array, index));
  case static_cast<int32_t>(ElementType::Int8):
    return load<int8_t>(array, index);
  case static_cast<int32_t>(ElementType::Int16):
    return load<int16_t>(array, index);
  case static_cast<int32_t>(ElementType::Int32):
    return load<int32_t>(array, index);
  case static_cast<int32_t>(ElementType::Int64):
    return load<int64_t>(array, index);
  case static_cast<int32_t>(ElementType::UInt16):
    return load<uint16_t>(array, index);
  case static_cast<int32_t>(ElementType::UInt32):
    return load<uint32_t>(array, index);
  case static_cast<int32_t>(ElementType::UInt64):
    return load<uint64_t>(array, index);
  case 16: // bfloat16
    return std::bit_cast<float>(uint32_t(load<uint16_t>(array, index)) << 16);
  default:
    return load<uint8_t>(array, index);
  }
}

Difference compareArrays(const NpyArray &actual, const NpyArray &expected, const Tolerance &tolerance) {
  Difference difference;
  long double worst = -1;
  for (size_t index = 0, count = actual.elementCount(); index < count; ++index) {
    long double a = elementAsNumber(actual, index), e = elementAsNumber(expected, index);
    long double beyond = excess(a, e, tolerance);
    difference.failing += beyond > 1;
    if (beyond <= worst)
      continue;
    worst = beyond;
    difference.worstIndex = index;
    difference.actual = a;
    difference.expected = e;
  }
  difference.within = difference.failing == 0;
  return difference;
}

std::string describePosition(const std::vector<int64_t> &shape, size_t index) {
  std::string text;
  for (size_t axis = shape.size(); axis-- > 0 && shape[axis] != 0; index /= shape[axis])
    text = std::to_string(index % shape[axis]) + (text.empty() ? "" : ", ") + text;
  return "[" + text + "]";
}

} // namespace quern
