// The stage "calibrate": runs a float model on data and keeps statistics of its values.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/DataReader.h"
#include "lib/Calibration/Statistics.h"
#include "lib/Support/Progress.h"
#include "passes/RoundWeights/RoundWeights.h"

#include "mlir/IR/BuiltinOps.h"

#include <functional>
#include <memory>
#include <optional>

namespace quern {

/// A model that was compiled to be run in this process.
class InstrumentedModel {
public:
  virtual ~InstrumentedModel() = default;

  /// Runs on arrays in the order of the model's inputs; one array for each of its results.
  virtual llvm::Expected<std::vector<NpyArray>> run(const Sample &inputs) = 0;
};

/// Compiles a prepared module whose @main returns what is observed.
using CompileInstrumented =
    std::function<llvm::Expected<std::unique_ptr<InstrumentedModel>>(mlir::ModuleOp instrumented)>;

struct CalibrateOptions {
  /// No more samples than these are used: the first ones, so that with a limit their order does matter.
  std::optional<int64_t> samples;
  /// What else the statistics depend on; kept in their file. A limit on samples is added by itself.
  std::map<std::string, std::string> settings;
  ProgressListener *progress = nullptr;
};

/// The inputs of @main, as data must match them. Errors are diagnostics.
llvm::FailureOr<std::vector<InputSpec>> readInputSpecs(mlir::ModuleOp prepared);

/// Compiles a copy of `prepared` that returns each float activation (quern-insert-observers,
/// quern-return-observed), runs it on the samples and collects statistics: one sample and its activations are
/// in memory at a time, and the result does not depend on the order of the samples. Refused: no samples at
/// all.
llvm::Expected<Statistics> calibrate(mlir::ModuleOp prepared, SampleReader &samples,
                                     const CalibrateOptions &options, const CompileInstrumented &compile);

/// The flag --quern-stage-calibrate, which attaches the ranges of a statistics file; to make one takes data,
/// and is quernc's.
void registerCalibrateStage();

/// Runs the same instrumented model and attaches `quern.second_moment` to each op of @main whose errors
/// `choose` weighs and whose weights are to be codes (MomentRows.h says to which). In memory: one matrix for
/// each different activation, and one sample. Where a constant bias is to be corrected, it is the moment
/// around the mean, and `quern.activation_mean` is the mean.
llvm::Error attachSecondMoments(mlir::ModuleOp assigned, SampleReader &samples,
                                const CalibrateOptions &options, const CompileInstrumented &compile,
                                llvm::function_ref<RoundingChoice(mlir::Operation *)> choose);

/// Runs the same instrumented model and attaches `quern.rows` to the values of @main that matrices with
/// constant elements multiply: at most `count` different rows of each, whatever the order of the samples
/// (lib/Numerics/RowReservoir.h). In memory: those rows, and one sample.
llvm::Error attachRows(mlir::ModuleOp prepared, SampleReader &samples, int64_t count,
                       const CalibrateOptions &options, const CompileInstrumented &compile);

} // namespace quern
