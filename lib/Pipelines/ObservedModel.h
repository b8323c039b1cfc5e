// A model whose activations can be seen.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Calibrate.h"
#include "lib/Pipelines/FloatArrays.h"

namespace quern {

/// The compiled copy of a module whose @main returns what is observed.
class ObservedModel {
public:
  static llvm::Expected<ObservedModel> create(mlir::ModuleOp prepared, const CompileInstrumented &compile);

  /// Of the values that run() returns.
  llvm::ArrayRef<std::string> getNames() const { return names; }

  /// The observed f32 tensors of one sample, in the order of the names. What takes no part in the model's
  /// outputs is marked (lib/Calibration/Padding.h).
  llvm::Expected<std::vector<NpyArray>> run(const Sample &sample);

private:
  ObservedModel() = default;
  llvm::Expected<std::vector<NpyArray>> runOnce(const Sample &sample);

  std::unique_ptr<InstrumentedModel> model;
  std::vector<std::string> names;
  std::vector<size_t> outputs; ///< numbers of the observed values that the model itself returns
  bool seesAllOutputs = true;
};

/// Runs such a model on all samples (as many as the options say) and calls `visit` with the observed tensors
/// of each; returns how many samples there were. `title` names the progress.
llvm::Expected<int64_t> visitObserved(
    mlir::ModuleOp prepared, SampleReader &samples, llvm::StringRef title, const CalibrateOptions &options,
    const CompileInstrumented &compile,
    llvm::function_ref<void(const Sample &, llvm::ArrayRef<std::string>, llvm::ArrayRef<NpyArray>)> visit);

} // namespace quern
