// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/CAPI/ReaderSamples.h"

#include "lib/Calibration/SampleChecks.h"
#include "lib/Calibration/SampleLayout.h"

#include "llvm/ADT/STLExtras.h"

#include <cstring>

namespace quern {
namespace {

/// The reader, and whether anything was read since it stood at its first sample.
struct ReaderState {
  quern_reader reader;
  bool isUsed = false;
};

/// The array that a reader gave for one input, and how it divides into samples.
struct Feed {
  const std::byte *data;
  SampleLayout layout;
  size_t sampleBytes;
};

class ReaderSamples : public SampleReader {
public:
  ReaderSamples(std::shared_ptr<ReaderState> state, std::vector<InputSpec> inputs)
      : state(std::move(state)), inputs(std::move(inputs)) {}

  llvm::Expected<bool> next(Sample &sample) override;
  llvm::Error rewind() override;
  std::optional<int64_t> count() const override {
    return state->reader.count < 0 ? std::nullopt : std::optional(state->reader.count);
  }

private:
  /// Asks the reader for its next arrays; false at the end.
  llvm::Expected<bool> readFeeds();
  std::optional<Feed> makeFeed(const quern_array &array, const InputSpec &input, DataProblems &problems);
  std::string place() const { return "item " + std::to_string(items); }

  std::shared_ptr<ReaderState> state;
  std::vector<InputSpec> inputs;
  std::vector<Feed> feeds;        ///< of the current item, one for each input
  int64_t position = 0, held = 0; ///< sample of the item, and how many it has
  int64_t items = -1;             ///< number of the current item, from 0
};

} // namespace

llvm::Error ReaderSamples::rewind() {
  feeds.clear();
  position = held = 0;
  items = -1;
  if (state->isUsed && state->reader.rewind(state->reader.context) != 0)
    return llvm::createStringError(std::string(kReaderName) + ": it cannot be read again");
  state->isUsed = false;
  return llvm::Error::success();
}

std::optional<Feed> ReaderSamples::makeFeed(const quern_array &array, const InputSpec &input,
                                            DataProblems &problems) {
  auto type = static_cast<ElementType>(array.element_type);
  std::vector<int64_t> shape(array.shape, array.shape + array.rank);
  std::optional<SampleLayout> layout =
      fits(shape, input.shape) ? SampleLayout{1, shape} : findLayout(shape, input);
  if (type != input.type || !layout) {
    problems.add(place() + ": the model's input is " + describe(input) + ", the array is " +
                 describeType(type, shape));
    return std::nullopt;
  }
  size_t bytes = elementBytes(type);
  for (int64_t extent : layout->sampleShape)
    if (extent < 0 || __builtin_mul_overflow(bytes, static_cast<size_t>(extent), &bytes))
      bytes = kLargestSampleBytes + 1;
  if (bytes > kLargestSampleBytes) {
    problems.add(place() + ": input '" + input.name + "' is larger than " + llvm::Twine(kLargestSampleBytes) +
                 " bytes");
    return std::nullopt;
  }
  return Feed{static_cast<const std::byte *>(array.data), std::move(*layout), bytes};
}

llvm::Expected<bool> ReaderSamples::readFeeds() {
  const quern_array *arrays = nullptr;
  size_t count = 0;
  state->isUsed = true;
  ++items;
  int32_t status = state->reader.next(state->reader.context, &arrays, &count);
  if (status < 0)
    return llvm::createStringError(std::string(kReaderName) + ": it failed at " + place());
  DataProblems problems(kReaderName);
  if (status == 0 && items == 0)
    problems.add("there are no samples: it ends before the first");
  feeds.clear();
  if (status > 0) {
    std::vector<std::string> names;
    for (const quern_array &array : llvm::ArrayRef(arrays, count))
      names.push_back(array.name);
    checkNames(names, inputs, problems);
    for (const InputSpec &input : inputs)
      if (auto name = llvm::find(names, input.name); name != names.end())
        if (std::optional<Feed> feed = makeFeed(arrays[name - names.begin()], input, problems))
          feeds.push_back(std::move(*feed));
  }
  if (problems.empty())
    for (auto [feed, input] : llvm::zip(feeds, inputs))
      if (feed.layout.count != feeds[0].layout.count)
        problems.add(place() + ": input '" + inputs[0].name + "' has " + llvm::Twine(feeds[0].layout.count) +
                     " samples, '" + input.name + "' has " + llvm::Twine(feed.layout.count));
  if (llvm::Error failure = problems.take())
    return std::move(failure);
  position = 0;
  held = feeds.empty() ? 0 : feeds[0].layout.count;
  return status > 0;
}

llvm::Expected<bool> ReaderSamples::next(Sample &sample) {
  while (position == held) {
    llvm::Expected<bool> got = readFeeds();
    if (!got || !*got)
      return got;
  }
  sample.resize(inputs.size());
  for (auto [array, feed, input] : llvm::zip_equal(sample, feeds, inputs)) {
    const std::byte *begin = feed.data + position * feed.sampleBytes;
    array.type = input.type;
    array.shape = feed.layout.sampleShape;
    array.data.assign(begin, begin + feed.sampleBytes);
  }
  ++position;
  DataProblems problems(kReaderName);
  checkFinite(sample, inputs, place(), problems);
  if (llvm::Error failure = problems.take())
    return std::move(failure);
  return true;
}

OpenReader openReader(const quern_reader &reader) {
  auto state = std::make_shared<ReaderState>();
  std::memcpy(&state->reader, &reader, std::min(reader.size, sizeof(quern_reader)));
  return [state](llvm::ArrayRef<InputSpec> inputs) -> llvm::Expected<std::unique_ptr<SampleReader>> {
    if (inputs.empty())
      return llvm::createStringError("the model has no inputs, so there is nothing to calibrate it with");
    auto samples = std::make_unique<ReaderSamples>(state, inputs.vec());
    if (llvm::Error error = samples->rewind())
      return std::move(error);
    return samples;
  };
}

} // namespace quern
