// Codes of fewer than 8 bits in bytes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace quern {

/// Two 4-bit codes to a byte, the first in the low half, as ONNX stores INT4 and UINT4; an odd count leaves
/// the last high half 0. Signed and unsigned codes pack alike (two's complement); the caller ensures -8 <=
/// code <= 15.
std::vector<uint8_t> packNibbles(std::span<const int8_t> codes);

/// The inverse, -8 .. 7: `count` codes from `bytes`, which holds (count + 1) / 2 of them.
std::vector<int8_t> unpackSignedNibbles(std::span<const uint8_t> bytes, size_t count);

/// The inverse, 0 .. 15.
std::vector<int8_t> unpackUnsignedNibbles(std::span<const uint8_t> bytes, size_t count);

} // namespace quern
