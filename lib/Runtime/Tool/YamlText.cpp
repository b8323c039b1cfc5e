// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/Tool/YamlText.h"

#include <algorithm>
#include <cctype>

namespace quern {

/// A word that YAML cannot take for anything but itself stands without quotes.
static std::string formatWord(const std::string &text) {
  bool isPlain =
      !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) &&
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '-'; });
  for (const char *other : {"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
    isPlain = isPlain && text != other;
  return isPlain ? text : quoteJson(text);
}

/// A value on one line.
static std::string formatFlow(const Json &value) {
  std::string text;
  auto add = [&](const std::string &part) { text += (text.empty() ? "" : ", ") + part; };
  switch (value.kind) {
  case Json::Kind::Object:
    for (const auto &[key, member] : value.members)
      add(formatWord(key) + ": " + formatFlow(member));
    return "{" + text + "}";
  case Json::Kind::Array:
    for (const Json &element : value.elements)
      add(formatFlow(element));
    return "[" + text + "]";
  case Json::Kind::String:
    return formatWord(value.text);
  case Json::Kind::Null:
    return "null";
  case Json::Kind::Boolean:
  case Json::Kind::Number:
    return value.text;
  }
  return text;
}

static bool isList(const Json &value) {
  return value.kind == Json::Kind::Array && !value.elements.empty() &&
         value.elements.front().kind == Json::Kind::Object;
}

std::string formatYaml(const Json &object, int indentation) {
  std::string margin(indentation, ' '), text;
  for (const auto &[key, value] : object.members) {
    text += margin + formatWord(key) + ":";
    if (!isList(value)) {
      text += " " + formatFlow(value) + "\n";
      continue;
    }
    text += "\n";
    for (const Json &element : value.elements)
      text += margin + "  - " + formatFlow(element) + "\n";
  }
  return text;
}

} // namespace quern
