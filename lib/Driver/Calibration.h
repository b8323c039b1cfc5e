// The stage "calibrate" with files and a compiled model behind it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"
#include "lib/Pipelines/Assignment/Assignment.h"
#include "lib/Pipelines/Search/TransformSearch.h"
#include "passes/RoundWeights/RoundWeights.h"

#include "mlir/IR/BuiltinOps.h"

namespace quern {

/// Opens the samples that the options name.
llvm::Expected<std::unique_ptr<SampleReader>> openCalibrationData(const CompileOptions &options,
                                                                  llvm::ArrayRef<InputSpec> inputs);

/// The statistics of a prepared module: from `options.calibrationCache` where they are of this model, this
/// data and these settings, else by compiling the float model for this machine and running it on the samples
/// that the options name; fresh statistics are written to the cache if one is named. Without a recipe its
/// settings are the defaults.
llvm::Expected<Statistics> obtainStatistics(mlir::ModuleOp prepared, const CompileOptions &options,
                                            const Recipe *recipe, const CompileInstrumented &compile);

/// Attaches ranges to the values of a prepared module: from its statistics (obtainStatistics).
/// Returns the hash of the data. Refusals are diagnostics.
mlir::FailureOr<std::string> calibrateModule(mlir::ModuleOp prepared, const CompileOptions &options,
                                             const Recipe &recipe, const CompileInstrumented &compile);

/// Attaches `quern.second_moment` to the products that want it, from the float model's activations on
/// `options.calibrationData`. Refusals are diagnostics.
llvm::LogicalResult attachSecondMoments(mlir::ModuleOp assigned, const CompileOptions &options,
                                        const Recipe &recipe, const CompileInstrumented &compile,
                                        llvm::function_ref<RoundingChoice(mlir::Operation *)> choose);

/// Rounds the weights of `module` whose choice corrects drift (lib/Pipelines/SequentialRounding), with
/// samples from `options.calibrationData`. `assigned` is the module, numbered, before its activations were
/// quantized. Refusals are diagnostics.
llvm::LogicalResult roundInSequence(mlir::ModuleOp assigned, mlir::ModuleOp module,
                                    const CompileOptions &options, const Recipe &recipe,
                                    const CompileInstrumented &compile,
                                    std::function<RoundingChoice(mlir::Operation *)> choose);

/// Attaches `quern.rows`, sampled from `options.calibrationData`, to the values that methods measure errors
/// on. Refusals are diagnostics.
llvm::LogicalResult attachRows(mlir::ModuleOp prepared, int64_t count, const CompileOptions &options,
                               const Recipe &recipe, const CompileInstrumented &compile);

/// Chooses what `--method=auto` does (lib/Pipelines/Search), on the samples of the options. The module's ops
/// are numbered. Errors are diagnostics.
mlir::FailureOr<TransformDecisions> searchTransforms(mlir::ModuleOp numbered, const CompileOptions &options,
                                                     const Recipe &recipe,
                                                     const CompileInstrumented &compile);

/// Chooses the precisions that `--assign=auto` asks for (lib/Pipelines/Assignment), on the samples of the
/// options if there are any. The module's ops are numbered. Errors are diagnostics.
mlir::FailureOr<Assignment> assignToBudget(mlir::ModuleOp numbered, const CompileOptions &options,
                                           const Recipe &recipe, const QuantizeOptions &quantize,
                                           const std::string &dataHash, const Target &target,
                                           CostStore &costs, std::optional<SensitivityTable> &known,
                                           const CompileInstrumented &compile);

/// Measures what it would choose by, of the weights of the options' part.
mlir::FailureOr<SensitivityTable> measureSensitivities(mlir::ModuleOp numbered, const CompileOptions &options,
                                                       const Recipe &recipe, const QuantizeOptions &quantize,
                                                       const std::string &dataHash, const Target &target,
                                                       const CompileInstrumented &compile);

} // namespace quern
