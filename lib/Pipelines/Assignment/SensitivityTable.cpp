// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assignment/SensitivityTable.h"

#include "lib/Support/JSON.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <limits>

namespace quern {

std::string SensitivityOrigin::findDifference(const SensitivityOrigin &other) const {
  auto differ = [](const char *what, const std::string &a, const std::string &b) {
    return a == b ? std::string() : std::string(what);
  };
  for (std::string found : {differ("model", model, other.model), differ("recipe", recipe, other.recipe),
                            differ("data", data, other.data), differ("sensitivity", measure, other.measure)})
    if (!found.empty())
      return found;
  return {};
}

llvm::Error SensitivityTable::merge(const SensitivityTable &other) {
  if (std::string difference = origin.findDifference(other.origin); !difference.empty())
    return llvm::createStringError("sensitivities are of another " + difference + " than others");
  for (const auto &[place, loss] : other.losses) {
    auto [known, isNew] = losses.insert({place, loss});
    if (!isNew && known->second != loss)
      return llvm::createStringError("sensitivities contradict each other: two losses of weight " +
                                     std::to_string(place.first) + " as " + place.second);
  }
  return llvm::Error::success();
}

std::optional<double> SensitivityTable::find(size_t op, const std::string &option) const {
  auto found = losses.find({op, option});
  return found == losses.end() ? std::nullopt : std::optional(found->second);
}

std::string SensitivityTable::toJSON() const {
  llvm::json::Array entries;
  for (const auto &[place, loss] : losses) // JSON has no infinity
    entries.push_back(llvm::json::Object{
        {"weight", int64_t(place.first)},
        {"option", place.second},
        {"loss", std::isfinite(loss) ? llvm::json::Value(loss) : llvm::json::Value(nullptr)}});
  llvm::json::Object table{
      {"version", 1},        {"model", origin.model},         {"recipe", origin.recipe},
      {"data", origin.data}, {"sensitivity", origin.measure}, {"losses", std::move(entries)}};
  return llvm::formatv("{0:2}\n", llvm::json::Value(std::move(table)));
}

llvm::Expected<SensitivityTable> SensitivityTable::parse(llvm::StringRef text, const llvm::Twine &what) {
  std::string name = what.str();
  auto refuse = [&](const llvm::Twine &reason) {
    return llvm::createStringError(name + " is no table of sensitivities: " + reason);
  };
  auto parsed = parseJSON(text);
  if (!parsed)
    return refuse(llvm::toString(parsed.takeError()));
  const llvm::json::Object *object = parsed->getAsObject();
  if (!object || object->getInteger("version") != 1)
    return refuse("expected an object with \"version\": 1");
  SensitivityOrigin origin;
  for (auto [key, member] : {std::pair("model", &origin.model), std::pair("recipe", &origin.recipe),
                             std::pair("data", &origin.data), std::pair("sensitivity", &origin.measure)}) {
    std::optional<llvm::StringRef> value = object->getString(key);
    if (!value)
      return refuse(llvm::Twine("expected \"") + key + "\", a text");
    *member = value->str();
  }
  const llvm::json::Array *entries = object->getArray("losses");
  if (!entries)
    return refuse("expected \"losses\", an array");
  SensitivityTable table(std::move(origin));
  for (const llvm::json::Value &value : *entries) {
    const llvm::json::Object *entry = value.getAsObject();
    std::optional<int64_t> op = entry ? entry->getInteger("weight") : std::nullopt;
    std::optional<llvm::StringRef> option = entry ? entry->getString("option") : std::nullopt;
    const llvm::json::Value *loss = entry ? entry->get("loss") : nullptr;
    if (!op || *op < 0 || !option || !loss || (!loss->getAsNumber() && !loss->getAsNull()))
      return refuse(
          "an entry of \"losses\" needs weight (a number), option (a text) and loss (a number, or null "
          "for one without bound)");
    table.set(size_t(*op), option->str(),
              loss->getAsNumber().value_or(std::numeric_limits<double>::infinity()));
  }
  return table;
}

} // namespace quern
