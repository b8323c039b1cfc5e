// The stage "quantize": decisions and ranges become the hub form, a float graph with quantize and dequantize
// on its edges. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Pass/PassManager.h"

namespace quern {

/// Beyond what the stage assign decided: how the codes of weights are chosen where second moments are known.
struct QuantizeOptions {
  bool clipWeights = false;
  bool compensateRounding = false;
  bool clampWeights = false;
};

/// Passes on a module whose ops have `quern.precision`; others are left as they are.
void populateQuantizePipeline(mlir::OpPassManager &passes, const QuantizeOptions &options = {});

/// The flag --quern-stage-quantize.
void registerQuantizeStage();

} // namespace quern
