// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/ArraySamples.h"

#include "lib/Calibration/SampleChecks.h"
#include "lib/Calibration/SampleLayout.h"
#include "lib/Support/NpyStream.h"

#include "llvm/ADT/STLExtras.h"

namespace quern {
namespace {

/// The array of one input, and what of it makes a sample.
struct Column {
  std::unique_ptr<NpyStream> stream;
  SampleLayout layout;
  size_t sampleBytes = 0;
};

class ArraySamples : public SampleReader {
public:
  ArraySamples(std::string path, std::vector<InputSpec> inputs, std::unique_ptr<NpzReader> archive,
               std::vector<Column> columns)
      : path(std::move(path)), inputs(std::move(inputs)), archive(std::move(archive)),
        columns(std::move(columns)), samples(this->columns.empty() ? 0 : this->columns[0].layout.count) {}

  llvm::Expected<bool> next(Sample &sample) override;
  llvm::Error rewind() override;
  std::optional<int64_t> count() const override { return samples; }

private:
  std::string path;
  std::vector<InputSpec> inputs;
  std::unique_ptr<NpzReader> archive; ///< the columns read from it
  std::vector<Column> columns;
  int64_t samples, position = 0;
};

} // namespace

llvm::Expected<bool> ArraySamples::next(Sample &sample) {
  DataProblems problems(path);
  std::string error;
  if (position == samples) {
    for (auto [column, input] : llvm::zip_equal(columns, inputs))
      if (!column.stream->finish(error))
        problems.add("array '" + input.name + "' " + error);
    if (llvm::Error failure = problems.take())
      return std::move(failure);
    return false;
  }
  sample.resize(columns.size());
  for (auto [array, column, input] : llvm::zip_equal(sample, columns, inputs)) {
    array.type = input.type;
    array.shape = column.layout.sampleShape;
    if (!column.stream->read(array.data, column.sampleBytes, error))
      problems.add("array '" + input.name + "' " + error);
  }
  if (problems.empty())
    checkFinite(sample, inputs, "sample " + llvm::Twine(position), problems);
  if (llvm::Error failure = problems.take())
    return std::move(failure);
  ++position;
  return true;
}

llvm::Error ArraySamples::rewind() {
  DataProblems problems(path);
  std::string error;
  for (Column &column : columns)
    if (!column.stream->rewind(error))
      problems.add(error);
  position = 0;
  return problems.take();
}

/// Bytes of one sample; nothing if that is more than is read.
static std::optional<size_t> findSampleBytes(const SampleLayout &layout, ElementType type) {
  size_t bytes = elementBytes(type);
  for (int64_t extent : layout.sampleShape)
    if (__builtin_mul_overflow(bytes, static_cast<size_t>(extent), &bytes))
      return std::nullopt;
  return bytes <= kLargestSampleBytes ? std::optional(bytes) : std::nullopt;
}

static std::string formatShape(const std::vector<int64_t> &shape) {
  std::string text;
  for (int64_t extent : shape)
    text += (text.empty() ? "" : ", ") + std::to_string(extent);
  return "[" + text + "]";
}

/// Checks the header of the array for `input` and divides it into samples.
static std::optional<Column> makeColumn(std::unique_ptr<NpyStream> stream, const InputSpec &input,
                                        DataProblems &problems) {
  const NpyHeader &header = stream->getHeader();
  checkType(header.type, input, problems);
  std::optional<SampleLayout> layout = findLayout(header.shape, input);
  if (!layout) {
    problems.add("input '" + input.name + "' wants " + describeLayouts(input) +
                 " for N samples, the data has the shape " + formatShape(header.shape));
    return std::nullopt;
  }
  std::optional<size_t> bytes = findSampleBytes(*layout, header.type);
  if (!bytes) {
    problems.add("a sample of input '" + input.name + "' is larger than " + llvm::Twine(kLargestSampleBytes) +
                 " bytes");
    return std::nullopt;
  }
  return Column{std::move(stream), *layout, *bytes};
}

static void checkCounts(llvm::ArrayRef<Column> columns, llvm::ArrayRef<InputSpec> inputs,
                        DataProblems &problems) {
  for (auto [column, input] : llvm::zip_equal(columns, inputs))
    if (column.layout.count != columns[0].layout.count)
      problems.add("input '" + inputs[0].name + "' has " + llvm::Twine(columns[0].layout.count) +
                   " samples, '" + input.name + "' has " + llvm::Twine(column.layout.count));
  if (columns[0].layout.count == 0)
    problems.add("there are no samples");
}

/// `open` gives the stream of an input, or null and an error.
template <typename Open>
static llvm::Expected<std::unique_ptr<SampleReader>>
makeReader(llvm::StringRef path, llvm::ArrayRef<InputSpec> inputs, DataProblems &problems,
           std::unique_ptr<NpzReader> archive, Open open) {
  std::vector<Column> columns;
  for (auto [index, input] : llvm::enumerate(inputs)) {
    std::string error;
    std::unique_ptr<NpyStream> stream = open(index, error);
    if (!stream && !error.empty())
      problems.add("array '" + input.name + "' " + error);
    std::optional<Column> column = stream ? makeColumn(std::move(stream), input, problems) : std::nullopt;
    if (column)
      columns.push_back(std::move(*column));
  }
  if (columns.size() == inputs.size() && !columns.empty())
    checkCounts(columns, inputs, problems);
  if (llvm::Error failure = problems.take())
    return std::move(failure);
  return std::make_unique<ArraySamples>(path.str(), inputs.vec(), std::move(archive), std::move(columns));
}

llvm::Expected<std::unique_ptr<SampleReader>> openArchive(llvm::StringRef path,
                                                          llvm::ArrayRef<InputSpec> inputs) {
  DataProblems problems(path);
  std::string error;
  std::unique_ptr<NpzReader> archive = NpzReader::open(path.str(), error);
  if (!archive)
    return llvm::createStringError(std::errc::invalid_argument, "%s", error.c_str());
  checkNames(archive->names(), inputs, problems);
  const NpzReader &members = *archive;
  auto open = [&](size_t index, std::string &error) -> std::unique_ptr<NpyStream> {
    if (!llvm::is_contained(members.names(), inputs[index].name))
      return nullptr; // checkNames has said so
    return members.stream(inputs[index].name, error);
  };
  return makeReader(path, inputs, problems, std::move(archive), open);
}

llvm::Expected<std::unique_ptr<SampleReader>>
openArrays(llvm::StringRef path, llvm::ArrayRef<std::string> files, llvm::ArrayRef<InputSpec> inputs) {
  DataProblems problems(path);
  auto open = [&](size_t index, std::string &error) { return NpyStream::openFile(files[index], error); };
  return makeReader(path, inputs, problems, nullptr, open);
}

} // namespace quern
