// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Quantize.h"

#include "passes/InsertQuantization/InsertQuantization.h"
#include "passes/QuantizeWeights/QuantizeWeights.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace quern {

void populateActivationPairs(OpPassManager &passes) {
  passes.addNestedPass<func::FuncOp>(createInsertQuantization());
}

void populateWeightCodes(OpPassManager &passes, const QuantizeOptions &options) {
  if (options.chooseRounding)
    passes.addNestedPass<func::FuncOp>(createRoundWeights(options.chooseRounding));
  passes.addNestedPass<func::FuncOp>(createQuantizeWeights());
}

void populateQuantizePipeline(OpPassManager &passes, const QuantizeOptions &options) {
  // Scales of biases depend on those of activations.
  populateActivationPairs(passes);
  populateWeightCodes(passes, options);
}

void registerQuantizeStage() {
  PassPipelineRegistration<>("quern-stage-quantize", "Stage quantize: yield the hub form",
                             [](OpPassManager &passes) { populateQuantizePipeline(passes); });
}

} // namespace quern
