// A reader of JSON for manifests, where LLVM's is not at hand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quern {

/// A JSON value. Numbers keep their spelling; objects are sorted by key.
struct Json {
  enum class Kind { Null, Boolean, Number, String, Array, Object };

  Kind kind = Kind::Null;
  std::string text; ///< of a string, number or boolean
  std::vector<Json> elements;
  std::map<std::string, Json> members;

  /// The member `name`, or a null value.
  const Json &operator[](const std::string &name) const;
};

/// Nothing where `text` is not one JSON value.
std::optional<Json> parseJson(std::string_view text);

/// `text` as a JSON string, with its quotes.
std::string quoteJson(std::string_view text);

} // namespace quern
