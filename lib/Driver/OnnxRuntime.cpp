// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/OnnxRuntime.h"

#include "lib/Driver/Output.h"
#include "lib/Support/Files.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"

namespace quern {

/// Arrays are named by sample and position: names of ONNX values may hold any character.
static constexpr llvm::StringLiteral script = R"(
import sys, numpy as np, onnxruntime
model, inputs, outputs = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
options.log_severity_level = 3
session = onnxruntime.InferenceSession(model, options, providers=['CPUExecutionProvider'])
data, names = np.load(inputs), [i.name for i in session.get_inputs()]
results = {}
for sample in range(len(data.files) // max(len(names), 1)):
    for i, y in enumerate(session.run(None, {n: data[f'{sample}_{j}'] for j, n in enumerate(names)})):
        results[f'{sample}_{i}'] = y
np.savez(outputs, **results)
)";

static llvm::Expected<std::string> findPython(const CompileOptions &options) {
  if (!options.python.empty())
    return options.python;
  if (std::optional<std::string> named = llvm::sys::Process::GetEnv("QUERN_PYTHON"))
    return *named;
  llvm::ErrorOr<std::string> found = llvm::sys::findProgramByName("python3");
  if (!found)
    return llvm::createStringError(
        "--verify=onnxruntime needs an interpreter with numpy and onnxruntime: give "
        "--python, set QUERN_PYTHON, or have python3 on the path");
  return *found;
}

static std::string arrayName(size_t sample, size_t index) {
  return std::to_string(sample) + "_" + std::to_string(index);
}

static llvm::Error writeSamples(llvm::StringRef path, llvm::ArrayRef<Sample> samples) {
  std::vector<std::pair<std::string, const NpyArray *>> arrays;
  for (auto [i, sample] : llvm::enumerate(samples))
    for (auto [j, array] : llvm::enumerate(sample))
      arrays.emplace_back(arrayName(i, j), &array);
  std::string error;
  std::optional<std::string> bytes = formatNpz(arrays, error);
  return bytes ? writeFileAtomically(path, *bytes) : llvm::createStringError(error);
}

static llvm::Error runScript(llvm::StringRef model, llvm::StringRef inputs, llvm::StringRef outputs,
                             llvm::StringRef messages, const CompileOptions &options) {
  llvm::Expected<std::string> python = findPython(options);
  if (!python)
    return python.takeError();
  std::string failure;
  std::optional<llvm::StringRef> redirects[] = {std::nullopt, messages, messages};
  int status = llvm::sys::ExecuteAndWait(*python, {*python, "-c", script, model, inputs, outputs},
                                         std::nullopt, redirects,
                                         /*SecondsToWait=*/600, /*MemoryLimit=*/0, &failure);
  if (status == 0)
    return llvm::Error::success();
  auto text = readFile(messages);
  if (!text)
    llvm::consumeError(text.takeError());
  llvm::StringRef last = text ? (*text)->getBuffer().rtrim().rsplit('\n').second : llvm::StringRef(failure);
  return llvm::createStringError("--verify=onnxruntime: " + (last.empty() ? llvm::StringRef(failure) : last));
}

static llvm::Expected<std::vector<Sample>> readResults(llvm::StringRef path, size_t samples, size_t outputs) {
  std::string error;
  auto arrays = readNpz(path.str(), error);
  if (!arrays)
    return llvm::createStringError(error);
  std::vector<Sample> results(samples);
  for (size_t i = 0; i < samples; ++i)
    for (size_t j = 0; j < outputs; ++j) {
      auto found = arrays->find(arrayName(i, j));
      if (found == arrays->end())
        return llvm::createStringError(
            "--verify=onnxruntime: ONNX Runtime gave fewer outputs than the model has");
      results[i].push_back(std::move(found->second));
    }
  return results;
}

llvm::Expected<std::vector<Sample>> runOnnxRuntime(llvm::StringRef model, llvm::ArrayRef<Sample> samples,
                                                   const Signature &signature,
                                                   const CompileOptions &options) {
  llvm::SmallString<128> beside(folderForTemporaries(options)), folder;
  llvm::sys::path::append(beside, "quern-verify");
  // A relative prefix would lie in the system's folder for temporary files.
  std::error_code code = llvm::sys::fs::make_absolute(beside);
  if (!code)
    code = llvm::sys::fs::createUniqueDirectory(beside, folder);
  if (code)
    return llvm::createStringError(code, "cannot make a folder in '" + folderForTemporaries(options) +
                                             "': " + code.message());
  llvm::scope_exit remove([&] { (void)llvm::sys::fs::remove_directories(folder); });
  auto inFolder = [&](llvm::StringRef name) { return (folder + "/" + name).str(); };

  std::string modelPath = options.model;
  if (!model.empty()) {
    modelPath = inFolder("model.onnx");
    if (llvm::Error error = writeFileAtomically(modelPath, model))
      return std::move(error);
  }
  if (llvm::Error error = writeSamples(inFolder("inputs.npz"), samples))
    return std::move(error);
  if (llvm::Error error = runScript(modelPath, inFolder("inputs.npz"), inFolder("outputs.npz"),
                                    inFolder("messages"), options))
    return std::move(error);
  return readResults(inFolder("outputs.npz"), samples.size(), signature.outputs.size());
}

} // namespace quern
