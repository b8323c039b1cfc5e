// Text from files, made safe for a terminal.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

namespace quern {

/// `text` with every byte as \xHH that is not part of printable UTF-8: control characters other than tab and
/// newline, which could drive a terminal, and bytes that form no character. Names in models and archives can
/// hold either.
std::string printable(std::string_view text);

} // namespace quern
