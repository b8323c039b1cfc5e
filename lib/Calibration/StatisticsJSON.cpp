// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/Statistics.h"

#include "lib/Support/JSON.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace json = llvm::json;

namespace quern {

static constexpr int64_t kVersion = 1;

//===-- Writing
//-------------------------------------------------------------------------------------------------===//

static json::Value toJSON(const ChannelRange &channel) {
  if (channel.min > channel.max) // a channel without a finite value
    return nullptr;
  return json::Array{channel.min, channel.max};
}

static json::Value toJSON(const TensorStatistics &tensor) {
  json::Object object{{"samples", tensor.samples}, {"non-finite", tensor.nonFinite}};
  if (tensor.samples == 0)
    return object;
  object["min"] = tensor.min;
  object["max"] = tensor.max;
  object["sum-of-minima"] = tensor.sumOfMinima.toString();
  object["sum-of-maxima"] = tensor.sumOfMaxima.toString();
  object["zeros"] = tensor.histogram.getZeros();
  auto [first, last] = tensor.histogram.getOccupiedBins();
  if (first != last) {
    json::Array counts;
    for (int bin = first; bin < last; ++bin)
      counts.push_back(tensor.histogram.getCount(bin));
    object["histogram"] = json::Object{{"width-exponent", tensor.histogram.getExponent()},
                                       {"first-bin", first},
                                       {"counts", std::move(counts)}};
  }
  json::Array channels;
  for (const ChannelRange &channel : tensor.channels)
    channels.push_back(toJSON(channel));
  if (!channels.empty())
    object["channels"] = std::move(channels);
  if (tensor.channelsDiffer)
    object["channels-differ"] = true;
  return object;
}

/// Text that JSON can hold: anything that is not UTF-8 is replaced.
static std::string toUTF8(const std::string &text) { return json::isUTF8(text) ? text : json::fixUTF8(text); }

std::string Statistics::toJSON() const {
  json::Object settingsObject;
  for (const auto &[name, value] : settings)
    settingsObject[toUTF8(name)] = toUTF8(value);
  std::string text;
  llvm::raw_string_ostream stream(text);
  auto print = [&](llvm::StringRef key, const json::Value &value) {
    stream << llvm::formatv(" {0}: {1},\n", json::Value(key), value);
  };
  stream << "{\n";
  print("data", dataHash.toString());
  print("model", modelHash);
  print("samples", samples);
  print("settings", std::move(settingsObject));
  stream << " \"values\": {";
  // A line for each value: short, and a difference between two files shows which values differ. Inside a line
  // keys are printed in their order, floats with the digits that identify a double.
  const char *separator = "\n";
  for (const auto &[name, value] : values) {
    stream << separator << llvm::formatv("  {0}: {1}", json::Value(toUTF8(name)), quern::toJSON(value));
    separator = ",\n";
  }
  stream << "\n },\n" << llvm::formatv(" \"version\": {0}\n}\n", kVersion);
  return text;
}

//===-- Reading
//-------------------------------------------------------------------------------------------------===//

namespace {

/// An object of the file. The first thing that is wrong with it or with what is inside it is kept in `error`,
/// with its place; from then on nothing is read.
class Fields {
public:
  Fields(const json::Value *value, std::string place, std::string &error)
      : object(value ? value->getAsObject() : nullptr), place(std::move(place)), error(error) {
    if (!object)
      fail("expected an object");
  }

  const json::Value *find(llvm::StringRef key) {
    known.push_back(key);
    return object ? object->get(key) : nullptr;
  }

  int64_t integer(llvm::StringRef key) { return orFail(key, asInteger(find(key)), "expected an integer"); }
  float number(llvm::StringRef key) {
    return orFail(key, asFloat(find(key)), "expected a single-precision number");
  }
  llvm::StringRef string(llvm::StringRef key) {
    const json::Value *value = find(key);
    return orFail(key, value ? value->getAsString() : std::nullopt, "expected a string");
  }
  bool flag(llvm::StringRef key) {
    const json::Value *value = find(key);
    return value && orFail(key, value->getAsBoolean(), "expected true or false");
  }
  ExactSum sum(llvm::StringRef key) {
    return orFail(key, ExactSum::fromString(string(key)), "expected an exact sum in hexadecimal");
  }
  /// The elements of an array.
  llvm::ArrayRef<json::Value> array(llvm::StringRef key) {
    const json::Value *value = find(key);
    const json::Array *elements = value ? value->getAsArray() : nullptr;
    if (!elements) {
      fail("expected an array '" + key.str() + "'");
      return {};
    }
    return llvm::ArrayRef(elements->data(), elements->size());
  }

  /// After the last key that is known: refuses others.
  void finish() {
    if (!object)
      return;
    for (const auto &field : *object)
      if (!llvm::is_contained(known, llvm::StringRef(field.first)))
        fail("unknown key '" + field.first.str() + "'");
  }

  void fail(const std::string &reason) {
    if (error.empty())
      error = place + ": " + reason;
  }
  bool failed() const { return !error.empty(); }
  std::string placeOf(llvm::StringRef key) const { return place + "." + key.str(); }

  /// JSON has one kind of number; 1.5 and 1e300 are no integers.
  static std::optional<int64_t> asInteger(const json::Value *value) {
    return value ? value->getAsInteger() : std::nullopt;
  }
  static std::optional<float> asFloat(const json::Value *value) {
    std::optional<double> wide = value ? value->getAsNumber() : std::nullopt;
    if (!wide || !(std::fabs(*wide) <= std::numeric_limits<float>::max()))
      return std::nullopt;
    float narrow = static_cast<float>(*wide);
    return static_cast<double>(narrow) == *wide ? std::optional(narrow) : std::nullopt;
  }

private:
  template <typename T> T orFail(llvm::StringRef key, std::optional<T> value, const char *reason) {
    if (!value)
      fail("'" + key.str() + "': " + reason);
    return value.value_or(T());
  }

  const json::Object *object;
  std::string place;
  std::string &error;
  llvm::SmallVector<llvm::StringRef> known;
};

Histogram readHistogram(Fields &tensor, int64_t zeros, std::string &error) {
  int64_t exponent = 0, firstBin = 0;
  std::vector<int64_t> counts;
  if (const json::Value *value = tensor.find("histogram")) {
    Fields fields(value, tensor.placeOf("histogram"), error);
    exponent = fields.integer("width-exponent");
    firstBin = fields.integer("first-bin");
    for (const json::Value &count : fields.array("counts"))
      counts.push_back(Fields::asInteger(&count).value_or(-1));
    fields.finish();
  }
  // Clamped: what an int cannot hold no histogram has either.
  constexpr int64_t kBeyond = 1 << 20;
  std::optional<Histogram> histogram =
      Histogram::create(static_cast<int>(std::clamp(exponent, -kBeyond, kBeyond)), zeros,
                        static_cast<int>(std::clamp(firstBin, -kBeyond, kBeyond)), counts);
  if (!histogram)
    tensor.fail("'histogram': counts, bins or width are out of range");
  return histogram.value_or(Histogram());
}

std::vector<ChannelRange> readChannels(Fields &tensor) {
  std::vector<ChannelRange> channels;
  if (!tensor.find("channels"))
    return channels;
  for (const json::Value &element : tensor.array("channels")) {
    ChannelRange &channel = channels.emplace_back();
    if (element.getAsNull())
      continue;
    const json::Array *pair = element.getAsArray();
    bool isPair = pair && pair->size() == 2;
    std::optional<float> min = isPair ? Fields::asFloat(&(*pair)[0]) : std::nullopt;
    std::optional<float> max = isPair ? Fields::asFloat(&(*pair)[1]) : std::nullopt;
    if (!min || !max || *min > *max)
      tensor.fail("'channels': expected null or [min, max]");
    else
      channel = {*min, *max};
  }
  if (static_cast<int64_t>(channels.size()) > TensorStatistics::kLargestChannelCount)
    tensor.fail("'channels': too many");
  return channels;
}

TensorStatistics readTensor(const json::Value &value, const std::string &place, std::string &error) {
  Fields fields(&value, place, error);
  TensorStatistics tensor;
  tensor.samples = fields.integer("samples");
  tensor.nonFinite = fields.integer("non-finite");
  if (tensor.samples != 0) {
    tensor.min = fields.number("min");
    tensor.max = fields.number("max");
    tensor.sumOfMinima = fields.sum("sum-of-minima");
    tensor.sumOfMaxima = fields.sum("sum-of-maxima");
    tensor.histogram = readHistogram(fields, fields.integer("zeros"), error);
    tensor.channels = readChannels(fields);
    tensor.channelsDiffer = fields.flag("channels-differ");
  }
  fields.finish();
  if (!fields.failed())
    if (std::string problem = tensor.findInconsistency(); !problem.empty())
      fields.fail(problem);
  return tensor;
}

Statistics readRoot(const json::Value &value, std::string &error) {
  Fields fields(&value, "statistics", error);
  if (int64_t version = fields.integer("version"); version != kVersion)
    fields.fail("version " + std::to_string(version) + " is not the version " + std::to_string(kVersion) +
                " that is read here");
  Statistics statistics;
  statistics.modelHash = fields.string("model").str();
  statistics.samples = fields.integer("samples");
  if (statistics.samples < 0)
    fields.fail("'samples' is negative");
  if (std::optional<SampleHash> hash = SampleHash::fromString(fields.string("data")))
    statistics.dataHash = *hash;
  else
    fields.fail("'data': expected 64 hexadecimal digits");
  const json::Value *settings = fields.find("settings"), *values = fields.find("values");
  fields.finish();
  Fields settingFields(settings, "settings", error), valueFields(values, "values", error);
  if (fields.failed())
    return statistics;
  for (const auto &[name, setting] : *settings->getAsObject()) {
    if (!setting.getAsString())
      fields.fail("setting '" + name.str() + "': expected a string");
    statistics.settings[name.str()] = setting.getAsString().value_or("").str();
  }
  for (const auto &[name, tensor] : *values->getAsObject())
    statistics.values[name.str()] = readTensor(tensor, "value '" + name.str() + "'", error);
  return statistics;
}

} // namespace

llvm::Expected<Statistics> Statistics::fromJSON(llvm::StringRef text) {
  llvm::Expected<json::Value> value = parseJSON(text);
  if (!value)
    return value.takeError();
  std::string error;
  Statistics statistics = readRoot(*value, error);
  if (!error.empty())
    return llvm::createStringError(std::errc::invalid_argument, "%s", error.c_str());
  return statistics;
}

} // namespace quern
