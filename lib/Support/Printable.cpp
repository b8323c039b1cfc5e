// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Support/Printable.h"

#include <cstdint>

namespace quern {
namespace {

/// How many bytes the UTF-8 character that `text` begins with takes; 0 if it begins with none. The character
/// itself goes to `character`.
size_t decode(std::string_view text, uint32_t &character) {
  auto lead = static_cast<unsigned char>(text[0]);
  size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
  if (length == 0 || length > text.size())
    return 0;
  character = length == 1 ? lead : lead & (0x7f >> length);
  for (char next : text.substr(1, length - 1)) {
    if ((next & 0xc0) != 0x80)
      return 0;
    character = character << 6 | (next & 0x3f);
  }
  constexpr uint32_t kFirstOfLength[] = {0, 0, 0x80, 0x800, 0x10000};
  bool isSurrogate = character >= 0xd800 && character < 0xe000;
  return character < kFirstOfLength[length] || character > 0x10ffff || isSurrogate ? 0 : length;
}

bool isControl(uint32_t character) {
  return (character < 0x20 && character != '\n' && character != '\t') ||
         (character >= 0x7f && character < 0xa0);
}

} // namespace

std::string printable(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string result;
  while (!text.empty()) {
    uint32_t character = 0;
    size_t length = decode(text, character);
    bool keep = length != 0 && !isControl(character);
    length = length ? length : 1;
    if (keep)
      result += text.substr(0, length);
    else
      for (unsigned char byte : text.substr(0, length))
        result += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    text.remove_prefix(length);
  }
  return result;
}

} // namespace quern
