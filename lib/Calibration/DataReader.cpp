// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Calibration/DataReader.h"

#include "lib/Calibration/ArraySamples.h"
#include "lib/Calibration/SampleChecks.h"
#include "lib/Calibration/TestDataSamples.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <algorithm>

namespace quern {
namespace {

llvm::Error refuse(llvm::StringRef path, const llvm::Twine &reason) {
  DataProblems problems(path);
  problems.add(reason);
  return problems.take();
}

/// Files that are read one after the other. Each is opened when its turn comes, but once in the beginning
/// too, so that what is wrong with any of them is said before the first sample.
class SamplesInSequence : public SampleReader {
public:
  SamplesInSequence(std::vector<std::string> files, std::vector<InputSpec> inputs, int64_t samples)
      : files(std::move(files)), inputs(std::move(inputs)), samples(samples) {}

  llvm::Expected<bool> next(Sample &sample) override {
    while (true) {
      if (!current) {
        if (position == files.size())
          return false;
        llvm::Expected<std::unique_ptr<SampleReader>> opened = openSamples(files[position++], inputs);
        if (!opened)
          return opened.takeError();
        current = std::move(*opened);
      }
      llvm::Expected<bool> got = current->next(sample);
      if (!got || *got)
        return got;
      current.reset();
    }
  }
  llvm::Error rewind() override {
    current.reset();
    position = 0;
    return llvm::Error::success();
  }
  std::optional<int64_t> count() const override { return samples; }

private:
  std::vector<std::string> files;
  std::vector<InputSpec> inputs;
  int64_t samples;
  std::unique_ptr<SampleReader> current;
  size_t position = 0;
};

llvm::Expected<std::unique_ptr<SampleReader>> openSequence(std::vector<std::string> files,
                                                           llvm::ArrayRef<InputSpec> inputs) {
  llvm::Error failures = llvm::Error::success();
  int64_t samples = 0;
  for (const std::string &file : files) {
    llvm::Expected<std::unique_ptr<SampleReader>> opened = openSamples(file, inputs);
    if (opened)
      samples += (*opened)->count().value_or(0);
    else
      failures = llvm::joinErrors(std::move(failures), opened.takeError());
  }
  if (failures)
    return llvm::createStringError(std::errc::invalid_argument, "%s",
                                   llvm::toString(std::move(failures)).c_str());
  return std::make_unique<SamplesInSequence>(std::move(files), inputs.vec(), samples);
}

/// The entries of a folder, sorted: the order of a file system is no order.
struct FolderContents {
  std::vector<std::string> archives, arrays, testDataSets;
};

llvm::Expected<FolderContents> listFolder(llvm::StringRef path) {
  FolderContents contents;
  std::error_code code;
  for (llvm::sys::fs::directory_iterator entry(path, code), end; entry != end && !code;
       entry.increment(code)) {
    llvm::StringRef name = llvm::sys::path::filename(entry->path());
    if (name.ends_with(".npz"))
      contents.archives.push_back(entry->path());
    else if (name.ends_with(".npy"))
      contents.arrays.push_back(entry->path());
    else if (name.starts_with("test_data_set_") && isTestDataSet(entry->path()))
      contents.testDataSets.push_back(entry->path());
  }
  if (code)
    return refuse(path, code.message());
  for (std::vector<std::string> *names : {&contents.archives, &contents.arrays, &contents.testDataSets})
    llvm::sort(*names, [](llvm::StringRef a, llvm::StringRef b) { return a.compare_numeric(b) < 0; });
  return contents;
}

/// The files NAME.npy for each input, if every file is one of them and the first input's is there.
std::optional<std::vector<std::string>> matchInputs(llvm::ArrayRef<std::string> arrays,
                                                    llvm::ArrayRef<InputSpec> inputs) {
  std::vector<std::string> files;
  for (const InputSpec &input : inputs)
    for (const std::string &array : arrays)
      if (llvm::sys::path::stem(array) == input.name)
        files.push_back(array);
  if (files.size() != inputs.size() || files.size() != arrays.size())
    return std::nullopt;
  return files;
}

llvm::Error refuseArrays(llvm::StringRef path, llvm::ArrayRef<std::string> arrays,
                         llvm::ArrayRef<InputSpec> inputs) {
  DataProblems problems(path);
  std::vector<std::string> names;
  for (const std::string &array : arrays)
    names.push_back(llvm::sys::path::stem(array).str());
  checkNames(names, inputs, problems);
  return problems.take();
}

llvm::Expected<std::unique_ptr<SampleReader>> openFolder(llvm::StringRef path,
                                                         llvm::ArrayRef<InputSpec> inputs) {
  if (isTestDataSet(path))
    return openTestData(path, {path.str()}, inputs);
  llvm::Expected<FolderContents> contents = listFolder(path);
  if (!contents)
    return contents.takeError();
  int kinds = !contents->archives.empty() + !contents->arrays.empty() + !contents->testDataSets.empty();
  if (kinds != 1)
    return refuse(path,
                  kinds ? "holds more than one of .npz files, .npy files and test data sets"
                        : "there are no samples: no .npz files, .npy files or test_data_set_N/input_M.pb");
  if (!contents->testDataSets.empty())
    return openTestData(path, std::move(contents->testDataSets), inputs);
  if (!contents->archives.empty())
    return openSequence(std::move(contents->archives), inputs);
  if (std::optional<std::vector<std::string>> files = matchInputs(contents->arrays, inputs))
    return openArrays(path, *files, inputs);
  if (inputs.size() == 1)
    return openSequence(std::move(contents->arrays), inputs);
  return refuseArrays(path, contents->arrays, inputs);
}

} // namespace

llvm::Expected<std::unique_ptr<SampleReader>> openSamples(llvm::StringRef path,
                                                          llvm::ArrayRef<InputSpec> inputs) {
  if (inputs.empty())
    return refuse(path, "the model has no inputs, so there is nothing to calibrate it with");
  if (path == "random")
    return makeRandomSamples(inputs);
  llvm::sys::fs::file_status status;
  if (std::error_code code = llvm::sys::fs::status(path, status))
    return refuse(path, code.message());
  if (llvm::sys::fs::is_directory(status))
    return openFolder(path, inputs);
  if (path.ends_with(".npz"))
    return openArchive(path, inputs);
  if (!path.ends_with(".npy"))
    return refuse(
        path,
        "expected a .npz archive, a .npy array, or a folder of either or of test_data_set_N/input_M.pb");
  if (inputs.size() != 1)
    return refuse(path, "one array is not enough for " + llvm::Twine(inputs.size()) +
                            " inputs; save a .npz with an array for each");
  return openArrays(path, {path.str()}, inputs);
}

llvm::Expected<int64_t> forEachSample(SampleReader &samples,
                                      llvm::function_ref<llvm::Error(const Sample &)> body,
                                      std::optional<int64_t> limit) {
  Sample sample;
  int64_t count = 0;
  for (; !limit || count < *limit; ++count) {
    llvm::Expected<bool> got = samples.next(sample);
    if (!got)
      return got.takeError();
    if (!*got)
      break;
    if (llvm::Error error = body(sample))
      return std::move(error);
  }
  return count;
}

} // namespace quern
