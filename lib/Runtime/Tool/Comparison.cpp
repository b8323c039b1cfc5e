// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Runtime/Tool/Comparison.h"

#include "lib/Runtime/Compare.h"
#include "lib/Runtime/TokenFlips.h"
#include "lib/Support/Printable.h"

#include <cmath>
#include <cstdio>

namespace quern {

namespace {
struct Distance {
  double root = 0, largest = 0, relative = 0;
};
} // namespace

static Distance measureDistance(const NpyArray &actual, const NpyArray &expected) {
  long double squares = 0, power = 0, largest = 0;
  size_t count = actual.elementCount();
  for (size_t i = 0; i < count; ++i) {
    long double wanted = elementAsNumber(expected, i), difference = elementAsNumber(actual, i) - wanted;
    squares += difference * difference;
    power += wanted * wanted;
    largest = std::max(largest, std::abs(difference));
  }
  if (count == 0)
    return {};
  return {double(std::sqrt(squares / count)), double(largest),
          power > 0 ? double(std::sqrt(squares / power)) : 0};
}

/// JSON has no number for what is none.
static std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.6g", value);
  return std::isfinite(value) ? text : "null";
}

static std::string quote(const std::string &name) {
  std::string text = "\"";
  for (char c : name) {
    char escaped[8];
    std::snprintf(escaped, sizeof(escaped), "\\u%04x", static_cast<unsigned char>(c));
    text += c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 ? escaped : std::string(1, c);
  }
  return text + "\"";
}

std::string formatComparison(const std::vector<TensorInfo> &infos, const std::vector<NpyArray> &actual,
                             const std::vector<NpyArray> &expected, bool json) {
  std::string text = json ? "{" : "";
  for (size_t i = 0; i < infos.size(); ++i) {
    Distance distance = measureDistance(actual[i], expected[i]);
    TokenFlips tokens = countTokenFlips(actual[i], expected[i]);
    if (json) {
      text += (i ? ", " : "") + quote(infos[i].name) + ": {\"rms_error\": " + number(distance.root) +
              ", \"largest_error\": " + number(distance.largest) +
              ", \"relative_error\": " + number(distance.relative) +
              ", \"positions\": " + std::to_string(tokens.positions) +
              ", \"token_flips\": " + std::to_string(tokens.flips) + "}";
      continue;
    }
    text += "output '" + printable(infos[i].name) + "': relative error " + number(distance.relative) +
            ", root mean square " + number(distance.root) + ", at most " + number(distance.largest);
    if (tokens.positions)
      text += "; another token is the largest at " + std::to_string(tokens.flips) + " of " +
              std::to_string(tokens.positions) + " positions (" + number(100 * tokens.share()) + " %)";
    text += "\n";
  }
  return json ? text + "}\n" : text;
}

} // namespace quern
