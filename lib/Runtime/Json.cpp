// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/Json.h"

#include <cstdint>
#include <cstdio>

namespace quern {
namespace {

constexpr int kMaxDepth = 64;

class Parser {
public:
  explicit Parser(std::string_view text) : rest(text) {}

  std::optional<Json> parse() {
    Json json;
    if (!value(json, 0))
      return std::nullopt;
    skipSpace();
    return rest.empty() ? std::optional(std::move(json)) : std::nullopt;
  }

private:
  void skipSpace() {
    size_t first = rest.find_first_not_of(" \t\r\n");
    rest.remove_prefix(first == std::string_view::npos ? rest.size() : first);
  }
  bool take(char c) {
    skipSpace();
    if (rest.empty() || rest.front() != c)
      return false;
    rest.remove_prefix(1);
    return true;
  }
  bool word(std::string_view expected, Json &json, Json::Kind kind) {
    if (!rest.starts_with(expected))
      return false;
    rest.remove_prefix(expected.size());
    json.kind = kind;
    json.text = expected;
    return true;
  }

  bool value(Json &json, int depth) {
    skipSpace();
    if (rest.empty() || depth > kMaxDepth)
      return false;
    switch (rest.front()) {
    case '{':
      return object(json, depth);
    case '[':
      return array(json, depth);
    case '"':
      json.kind = Json::Kind::String;
      return string(json.text);
    case 't':
      return word("true", json, Json::Kind::Boolean);
    case 'f':
      return word("false", json, Json::Kind::Boolean);
    case 'n':
      return word("null", json, Json::Kind::Null);
    default:
      return number(json);
    }
  }

  bool object(Json &json, int depth) {
    json.kind = Json::Kind::Object;
    take('{');
    if (take('}'))
      return true;
    do {
      std::string key;
      skipSpace();
      if (!string(key) || !take(':') || !value(json.members[key], depth + 1))
        return false;
    } while (take(','));
    return take('}');
  }

  bool array(Json &json, int depth) {
    json.kind = Json::Kind::Array;
    take('[');
    if (take(']'))
      return true;
    do {
      if (!value(json.elements.emplace_back(), depth + 1))
        return false;
    } while (take(','));
    return take(']');
  }

  bool number(Json &json) {
    size_t length = rest.find_first_not_of("+-.0123456789eE");
    if (length == std::string_view::npos)
      length = rest.size();
    json.kind = Json::Kind::Number;
    json.text = rest.substr(0, length);
    rest.remove_prefix(length);
    return length != 0;
  }

  bool string(std::string &text) {
    if (rest.empty() || rest.front() != '"')
      return false;
    rest.remove_prefix(1);
    while (!rest.empty() && rest.front() != '"') {
      char c = rest.front();
      rest.remove_prefix(1);
      if (c != '\\')
        text += c;
      else if (!escape(text))
        return false;
    }
    if (rest.empty())
      return false;
    rest.remove_prefix(1);
    return true;
  }

  bool escape(std::string &text) {
    if (rest.empty())
      return false;
    char c = rest.front();
    rest.remove_prefix(1);
    static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    if (size_t at = kFrom.find(c); at != std::string_view::npos) {
      text += kTo[at];
      return true;
    }
    uint32_t code = 0;
    if (c != 'u' || !hex(code))
      return false;
    if (code >= 0xD800 && code < 0xDC00) { // the first half of a pair
      uint32_t low = 0;
      if (!rest.starts_with("\\u"))
        return false;
      rest.remove_prefix(2);
      if (!hex(low) || low < 0xDC00 || low > 0xDFFF)
        return false;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    appendUtf8(text, code);
    return true;
  }

  bool hex(uint32_t &code) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    if (rest.size() < 4)
      return false;
    for (char c : rest.substr(0, 4)) {
      size_t digit = kDigits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
      if (digit == std::string_view::npos)
        return false;
      code = code * 16 + static_cast<uint32_t>(digit);
    }
    rest.remove_prefix(4);
    return true;
  }

  static void appendUtf8(std::string &text, uint32_t code) {
    if (code < 0x80) {
      text += static_cast<char>(code);
      return;
    }
    int trailing = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static constexpr unsigned char kLead[] = {0, 0xC0, 0xE0, 0xF0};
    text += static_cast<char>(kLead[trailing] | (code >> (6 * trailing)));
    while (trailing-- > 0)
      text += static_cast<char>(0x80 | ((code >> (6 * trailing)) & 0x3F));
  }

  std::string_view rest;
};

} // namespace

const Json &Json::operator[](const std::string &name) const {
  static const Json null;
  auto found = members.find(name);
  return found == members.end() ? null : found->second;
}

std::optional<Json> parseJson(std::string_view text) { return Parser(text).parse(); }

std::string quoteJson(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      quoted += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) {
      quoted += c;
      continue;
    }
    char escaped[8];
    std::snprintf(escaped, sizeof(escaped), "\\u%04x", c);
    quoted += escaped;
  }
  return quoted + '"';
}

} // namespace quern
