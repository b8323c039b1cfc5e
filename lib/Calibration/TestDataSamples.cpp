// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/TestDataSamples.h"

#include "lib/Calibration/SampleChecks.h"
#include "lib/Calibration/SampleLayout.h"
#include "lib/Calibration/TestDataFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace quern {
namespace {

std::string inputFile(llvm::StringRef folder, size_t index) {
  llvm::SmallString<256> path(folder);
  llvm::sys::path::append(path, "input_" + llvm::Twine(index) + ".pb");
  return path.str().str();
}

class TestDataSamples : public SampleReader {
public:
  TestDataSamples(llvm::StringRef path, std::vector<std::string> folders, std::vector<InputSpec> inputs)
      : path(path), folders(std::move(folders)), inputs(std::move(inputs)) {}

  llvm::Expected<bool> next(Sample &sample) override;
  llvm::Error rewind() override {
    position = 0;
    return llvm::Error::success();
  }
  std::optional<int64_t> count() const override { return static_cast<int64_t>(folders.size()); }

private:
  std::string path;
  std::vector<std::string> folders;
  std::vector<InputSpec> inputs;
  size_t position = 0;
};

/// Reads `file` into `array`, or adds what is wrong with it.
void readInput(const std::string &file, const InputSpec &input, NpyArray &array, DataProblems &problems) {
  llvm::Expected<TensorFile> tensor = readTensorFile(file);
  if (!tensor)
    return problems.add("input '" + input.name + "': " + llvm::toString(tensor.takeError()));
  array.type = static_cast<ElementType>(tensor->elementType);
  array.shape = std::move(tensor->shape);
  array.data = std::move(tensor->data);
  if (array.type != input.type || !fits(array.shape, input.shape))
    problems.add("the model's input is " + describe(input) + ", the data " +
                 describeType(array.type, array.shape));
}

} // namespace

llvm::Expected<bool> TestDataSamples::next(Sample &sample) {
  if (position == folders.size())
    return false;
  const std::string &folder = folders[position++];
  DataProblems problems(folder);
  sample.assign(inputs.size(), {});
  for (auto [index, input] : llvm::enumerate(inputs))
    readInput(inputFile(folder, index), input, sample[index], problems);
  if (problems.empty())
    checkFinite(sample, inputs, "this sample", problems);
  if (llvm::Error failure = problems.take())
    return std::move(failure);
  return true;
}

bool isTestDataSet(llvm::StringRef folder) { return llvm::sys::fs::exists(inputFile(folder, 0)); }

llvm::Expected<std::unique_ptr<SampleReader>>
openTestData(llvm::StringRef path, std::vector<std::string> folders, llvm::ArrayRef<InputSpec> inputs) {
  DataProblems problems(path);
  for (const std::string &folder : folders) {
    for (auto [index, input] : llvm::enumerate(inputs))
      if (!llvm::sys::fs::exists(inputFile(folder, index)))
        problems.add("no " + inputFile(folder, index) + " for the input " + describe(input));
    if (llvm::sys::fs::exists(inputFile(folder, inputs.size())))
      problems.add(inputFile(folder, inputs.size()) + ": the model has only " + llvm::Twine(inputs.size()) +
                   " inputs");
  }
  if (llvm::Error failure = problems.take())
    return std::move(failure);
  return std::make_unique<TestDataSamples>(path, std::move(folders), inputs.vec());
}

} // namespace quern
