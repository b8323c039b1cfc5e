// The stage "quantize": decisions and ranges become the hub form, a float graph with quantize and dequantize
// on its edges.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/RoundWeights/RoundWeights.h"

#include "mlir/Pass/PassManager.h"

namespace quern {

/// Beyond what the stage assign decided.
struct QuantizeOptions {
  /// How the codes of an op's weights are chosen where its second moment is known; empty: rounded to nearest.
  std::function<RoundingChoice(mlir::Operation *)> chooseRounding;
};

/// The first half: quantize and dequantize on activations.
void populateActivationPairs(mlir::OpPassManager &passes);
/// The second half: weights that are not codes yet, and biases.
void populateWeightCodes(mlir::OpPassManager &passes, const QuantizeOptions &options = {});

/// Passes on a module whose ops have `quern.precision`; others are left as they are.
void populateQuantizePipeline(mlir::OpPassManager &passes, const QuantizeOptions &options = {});

/// The flag --quern-stage-quantize.
void registerQuantizeStage();

} // namespace quern
