// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Page.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

namespace quern {

static constexpr unsigned char kPage[] = {
#include "page.html.inc"
};
static constexpr unsigned char kStyle[] = {
#include "page.css.inc"
};
static constexpr unsigned char kPlots[] = {
#include "plots.js.inc"
};
static constexpr unsigned char kScript[] = {
#include "page.js.inc"
};

template <size_t size> static llvm::StringRef textOf(const unsigned char (&bytes)[size]) {
  return {reinterpret_cast<const char *>(bytes), size};
}

/// JSON that can stand in a <script>: it cannot end it, or begin a comment. Outside of strings JSON has none
/// of these characters, and in strings the escapes mean the same.
static std::string escapeForScript(llvm::StringRef json) {
  std::string escaped;
  escaped.reserve(json.size());
  for (char c : json)
    switch (c) {
    case '<':
      escaped += "\\u003c";
      break;
    case '>':
      escaped += "\\u003e";
      break;
    case '&':
      escaped += "\\u0026";
      break;
    default:
      escaped += c;
    }
  return escaped;
}

std::string formatPage(const llvm::json::Value &report) {
  std::string json = escapeForScript(llvm::formatv("{0}", report).str()), page;
  const std::pair<llvm::StringRef, llvm::StringRef> parts[] = {{"/*STYLE*/", textOf(kStyle)},
                                                               {"/*REPORT*/", json},
                                                               {"/*PLOTS*/", textOf(kPlots)},
                                                               {"/*SCRIPT*/", textOf(kScript)}};
  llvm::StringRef rest = textOf(kPage);
  // In their order, so that what is put in is not searched.
  for (auto [mark, text] : parts) {
    auto [before, after] = rest.split(mark);
    page += before;
    page += text;
    rest = after;
  }
  page += rest;
  return page;
}

} // namespace quern
