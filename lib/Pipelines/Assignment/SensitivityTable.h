// Losses that were measured before, as a file; those of parts of the ops add up to the whole.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace quern {

/// What losses are of; tables of different origins have nothing to do with each other.
struct SensitivityOrigin {
  std::string model;   ///< hash of the file
  std::string recipe;  ///< hash of its canonical form
  std::string data;    ///< hashes of samples and of what ranges come from; empty without data
  std::string measure; ///< as --sensitivity names it

  /// Names what differs; empty for one origin.
  std::string findDifference(const SensitivityOrigin &other) const;
};

/// A share of the ops: number `index` of `count`, counted from 0.
struct SensitivityPart {
  size_t index = 0, count = 1;

  /// Neighbours are spread over the parts, since what they take to measure is alike.
  bool contains(size_t op) const { return op % count == index; }
};

/// The loss of an op (by its place among the assignable ones) with an option (AssignableOp::nameOf).
/// Independent of the order in which losses came, to the byte.
class SensitivityTable {
public:
  explicit SensitivityTable(SensitivityOrigin origin) : origin(std::move(origin)) {}

  /// JSON as toJSON writes it; `what` names the text in errors.
  static llvm::Expected<SensitivityTable> parse(llvm::StringRef text, const llvm::Twine &what);

  const SensitivityOrigin &getOrigin() const { return origin; }
  /// Refuses losses of another origin, and one that contradicts another.
  llvm::Error merge(const SensitivityTable &other);

  std::optional<double> find(size_t op, const std::string &option) const;
  void set(size_t op, const std::string &option, double loss) { losses[{op, option}] = loss; }
  std::string toJSON() const;

private:
  SensitivityOrigin origin;
  std::map<std::pair<size_t, std::string>, double> losses;
};

} // namespace quern
