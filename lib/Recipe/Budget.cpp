// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Recipe/Budget.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <set>

namespace quern {

int64_t SizeBudget::bytes(int64_t eightBitBytes) const {
  return static_cast<int64_t>(std::floor(isShare ? value * static_cast<double>(eightBitBytes) : value));
}

/// Without zeros that say nothing.
static std::string plain(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.15g", value);
  return text;
}

static std::string describe(const SizeBudget &size) {
  return size.isShare ? plain(size.value) + "x" : std::to_string(size.bytes(0));
}

std::string Budget::str() const {
  std::string text;
  auto add = [&](const std::string &part) { text += (text.empty() ? "" : ",") + part; };
  if (size)
    add("size=" + describe(*size));
  if (latency)
    add("latency=" + plain(*latency * 1e3) + "ms");
  if (sram)
    add("sram=" + describe(*sram));
  if (averageBits)
    add("average-bits=" + plain(*averageBits));
  return text;
}

/// A positive finite number in plain or scientific decimals; no other spelling (nan, inf, hexadecimal).
static std::optional<double> readNumber(llvm::StringRef text) {
  double value = 0;
  if (text.empty() || text.find_first_not_of("0123456789.eE+-") != llvm::StringRef::npos ||
      text.getAsDouble(value) || !std::isfinite(value) || !(value > 0))
    return std::nullopt;
  return value;
}

/// The number before a unit, times the unit's factor.
static std::optional<double> readWithUnit(llvm::StringRef text,
                                          llvm::ArrayRef<std::pair<const char *, double>> units) {
  for (auto [unit, factor] : units)
    if (llvm::StringRef number = text; number.consume_back(unit))
      if (std::optional<double> value = readNumber(number))
        return *value * factor;
  return std::nullopt;
}

static std::optional<SizeBudget> readSize(llvm::StringRef text, bool acceptsShare) {
  if (acceptsShare)
    if (std::optional<double> share = readWithUnit(text, {{"x", 1.0}}))
      return SizeBudget{*share, true};
  constexpr double kLargest = 1e15; // far beyond any memory, and exact as a double
  std::optional<double> bytes = readWithUnit(text, {{"K", 1024.0}, {"M", 1048576.0}, {"", 1.0}});
  if (!bytes || *bytes < 1 || *bytes > kLargest)
    return std::nullopt;
  return SizeBudget{*bytes, false};
}

llvm::Expected<Budget> parseBudget(llvm::ArrayRef<std::string> parts) {
  Budget budget;
  std::string mistakes;
  auto refuse = [&](const llvm::Twine &reason) { mistakes += (mistakes.empty() ? "" : "\n") + reason.str(); };
  std::set<std::string> seen;
  for (llvm::StringRef part : parts) {
    auto [name, value] = part.split('=');
    if (!llvm::is_contained(budgetNames, name)) {
      refuse("'" + name + "' is no budget; accepted are " + llvm::join(budgetNames, ", "));
      continue;
    }
    std::string kind = name == "flash" ? "size" : name.str();
    if (!seen.insert(kind).second) {
      refuse("'" + kind + "' is given twice");
      continue;
    }
    if (kind == "size" && !(budget.size = readSize(value, /*acceptsShare=*/true)))
      refuse(part + ": expected bytes (200000, 200K, 1.5M) or a share of uniform 8-bit weights (0.6x)");
    if (kind == "sram" && !(budget.sram = readSize(value, /*acceptsShare=*/false)))
      refuse(part + ": expected bytes (65536, 64K, 1M)");
    if (kind == "latency" &&
        !(budget.latency = readWithUnit(value, {{"ms", 1e-3}, {"us", 1e-6}, {"s", 1.0}})))
      refuse(part + ": expected a time with its unit (2ms, 500us, 0.1s)");
    if (kind == "average-bits" &&
        (!(budget.averageBits = readNumber(value)) || *budget.averageBits < 2 || *budget.averageBits > 8))
      refuse(part + ": expected a number of bits from 2 to 8");
  }
  if (parts.empty())
    refuse("expected name=value with a name of " + llvm::join(budgetNames, ", "));
  if (!mistakes.empty())
    return llvm::createStringError(mistakes);
  return budget;
}

} // namespace quern
