// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/Packing.h"

namespace quern {

std::vector<uint8_t> packNibbles(std::span<const int8_t> codes) {
  std::vector<uint8_t> bytes((codes.size() + 1) / 2);
  for (size_t i = 0; i < codes.size(); ++i)
    bytes[i / 2] |= (static_cast<uint8_t>(codes[i]) & 15u) << (i % 2 * 4);
  return bytes;
}

std::vector<int8_t> unpackUnsignedNibbles(std::span<const uint8_t> bytes, size_t count) {
  std::vector<int8_t> codes(count);
  for (size_t i = 0; i < count; ++i)
    codes[i] = static_cast<int8_t>(bytes[i / 2] >> (i % 2 * 4) & 15);
  return codes;
}

std::vector<int8_t> unpackSignedNibbles(std::span<const uint8_t> bytes, size_t count) {
  std::vector<int8_t> codes = unpackUnsignedNibbles(bytes, count);
  for (int8_t &code : codes)
    code = static_cast<int8_t>((code ^ 8) - 8);
  return codes;
}

} // namespace quern
