// Weights rounded one after the other, each for the activations that those before it leave.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Pipelines/Calibrate.h"

namespace quern {

struct SequentialRoundingOptions {
  /// How the codes of an op's weights are chosen; those with `correctDrift` take part.
  std::function<RoundingChoice(mlir::Operation *)> choose;
  std::optional<int64_t> limit; ///< of samples
  ProgressListener *progress = nullptr;
  /// Of multiplications: fewer samples are looked at where running all of them would take more.
  double work = 1e12;
  /// Of the float model's activations, which are kept: in bytes.
  double memory = double(1 << 29);
};

/// True for ops of the stage "assigned" that roundInSequence rounds.
bool isRoundedInSequence(mlir::Operation *op, const RoundingChoice &choice);

/// Rounding errors of one layer reach the next one as a drift of its activations. Goes through the weights in
/// the order in which the model computes, and for each
///   1. runs the model with all weights so far rounded and takes the moments of its activations, and of how
///      they differ from the float model's;
///   2. adds what makes good for the difference to the weight (lib/Numerics/DriftCorrection.h) and, in the
///      mean, to its constant bias where that is to be corrected;
///   3. rounds the result for these activations (passes/RoundWeights).
/// `assigned` has numbered ops; `module` is what became of it: with activations quantized, whose codes play
/// no part here. Samples are chosen by content, at most 64 of them. Failure: a weight was refused, by a
/// diagnostic that names its node.
llvm::Expected<llvm::LogicalResult> roundInSequence(mlir::ModuleOp assigned, mlir::ModuleOp module,
                                                    SampleReader &samples,
                                                    const SequentialRoundingOptions &options,
                                                    const CompileInstrumented &compile);

} // namespace quern
