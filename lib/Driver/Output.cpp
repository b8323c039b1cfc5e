// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/Output.h"

#include "lib/Support/Files.h"

#include "llvm/Support/Path.h"

namespace quern {

llvm::Error writeOutputs(const CompileOptions &options, llvm::StringRef output,
                         const std::vector<std::pair<std::string, std::string>> &beside) {
  if (options.progress && !options.progress->onStage("write"))
    return makeInterrupted();
  FileSet files;
  if (!options.bytes)
    files.add(options.output, output.str());
  for (const auto &[path, text] : beside)
    files.add(path, text);
  if (llvm::Error error = files.commit())
    return error;
  if (options.bytes)
    *options.bytes = output.str();
  return llvm::Error::success();
}

std::string findOverwrittenInput(const CompileOptions &options) {
  std::vector<std::pair<const char *, const std::string *>> inputs{
      {"the model itself", &options.model},
      {"the calibration data", &options.calibrationData},
      {"the calibration cache", &options.calibrationCache},
      {"the recipe", &options.recipe},
      {"the assignment", &options.givenBits}};
  for (const std::string &shard : options.calibrationShards)
    inputs.push_back({"a calibration cache", &shard});
  for (const std::string &table : options.sensitivityTables)
    inputs.push_back({"a table of sensitivities", &table});
  std::vector<const std::string *> outputs{&options.output};
  for (const std::string &path : options.reports)
    outputs.push_back(&path);
  for (auto [what, input] : inputs)
    for (const std::string *output : outputs)
      if (*output != "-" && isSameFile(*input, *output))
        return "the output '" + *output + "' is " + what + "; name another file";
  return "";
}

std::string folderForTemporaries(const CompileOptions &options) {
  llvm::SmallString<128> folder;
  if (options.bytes)
    llvm::sys::path::system_temp_directory(/*ErasedOnReboot=*/true, folder);
  else
    folder = llvm::sys::path::parent_path(options.output);
  return folder.empty() ? "." : folder.str().str();
}

} // namespace quern
