// A compiled model that is ready to run: from a file, or from code generated in this process.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Support/Npy.h"
#include "quern/Model.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quern {

/// One input or output of a model.
struct TensorInfo {
  std::string name;
  int32_t elementType = 0; ///< ONNX TensorProto.DataType
  std::vector<int64_t> shape;

  /// Bytes of the tensor's data; the types that NumPy lacks take one byte per element, bfloat16 two.
  size_t bytes() const;
};

/// Owns the code of a model and one workspace. Not for use by two threads at once.
class LoadedModel {
public:
  /// Wraps `model`, whose code lives as long as `code`. Fails where the version differs or memory is short.
  static std::unique_ptr<LoadedModel> create(const quern_model *model, std::shared_ptr<void> code,
                                             std::string &error);

  /// Opens an artefact after checking that it is one, is whole, and fits this machine.
  static std::unique_ptr<LoadedModel> open(const std::string &path, std::string &error);

  ~LoadedModel();
  LoadedModel(const LoadedModel &) = delete;
  LoadedModel &operator=(const LoadedModel &) = delete;

  const std::vector<TensorInfo> &inputs() const { return inputInfos; }
  const std::vector<TensorInfo> &outputs() const { return outputInfos; }
  const quern_model &description() const { return *model; }
  std::string manifest() const { return model->manifest; }

  /// Runs on data laid out as the description says; returns the model's status. `parallel` may be null.
  int32_t run(const void *const *inputs, void *const *outputs, const quern_parallel *parallel = nullptr);

  /// Runs on arrays, which are checked against the inputs' types and shapes. Without a result, `error` names
  /// the input, or holds the text of the model's own error.
  std::optional<std::vector<NpyArray>> run(const std::vector<const NpyArray *> &inputs, std::string &error,
                                           const quern_parallel *parallel = nullptr);

  /// The ONNX nodes whose time the model counts, by name; nothing if it counts none.
  const std::optional<std::vector<std::string>> &profiledNodes() const { return nodes; }

  /// How long each of them took in the last run, in units of the machine's clock.
  std::vector<uint64_t> nodeTimes() const;

  /// The text of a status that `run` returned.
  std::string errorText(int32_t status) const;

private:
  LoadedModel(const quern_model *model, std::shared_ptr<void> code);
  /// False where the manifest's counters do not lie within the workspace.
  bool findCounters();

  const quern_model *model;
  std::shared_ptr<void> code;
  void *workspace = nullptr;
  std::vector<TensorInfo> inputInfos;
  std::vector<TensorInfo> outputInfos;
  std::optional<std::vector<std::string>> nodes;
  size_t countersOffset = 0; ///< into the workspace
};

} // namespace quern
