// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Prepare.h"

#include "passes/BindDimensions/BindDimensions.h"
#include "passes/FoldBatchNorm/FoldBatchNorm.h"
#include "passes/FoldConstants/FoldConstants.h"
#include "passes/ImportQuantization/ImportQuantization.h"
#include "passes/InferShapes/InferShapes.h"
#include "passes/RecognizeActivations/RecognizeActivations.h"
#include "passes/RecognizeNormalization/RecognizeNormalization.h"
#include "passes/SimplifyGraph/SimplifyGraph.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace quern {

void populatePreparePipeline(mlir::OpPassManager &manager, const PrepareOptions &options) {
  BindDimensionsOptions binding;
  binding.dimensions.append(options.dimensions.begin(), options.dimensions.end());
  binding.requireStatic = options.requireStatic;
  manager.addPass(mlir::createInlinerPass());
  manager.addPass(mlir::createSymbolDCEPass());
  manager.addPass(createBindDimensions(binding));
  manager.addPass(createInferShapes());
  manager.addPass(mlir::createCanonicalizerPass());
  // Before constants are folded: codes of weights are to stay codes.
  manager.addPass(createImportQuantization());
  auto &functions = manager.nest<mlir::func::FuncOp>();
  functions.addPass(createFoldConstants());
  functions.addPass(createSimplifyGraph());
  functions.addPass(createFoldBatchNorm());
  functions.addPass(mlir::createCanonicalizerPass());
  functions.addPass(mlir::createCSEPass());
  // Behind CSE: exporters write x - mean(x) twice.
  functions.addPass(createRecognizeNormalization());
  functions.addPass(createRecognizeActivations());
}

namespace {
struct PrepareFlags : mlir::PassPipelineOptions<PrepareFlags> {
  ListOption<std::string> dimensions{*this, "dimensions",
                                     llvm::cl::desc("Sizes NAME=SIZE of symbolic dimensions")};
  Option<bool> requireStatic{*this, "require-static", llvm::cl::desc("Refuse inputs without a size"),
                             llvm::cl::init(true)};
};
} // namespace

void registerPrepareStage() {
  mlir::PassPipelineRegistration<PrepareFlags>(
      "quern-stage-prepare",
      "Stage prepare: static shapes, constants and BatchNorm folded, decomposed operators recognised",
      [](mlir::OpPassManager &manager, const PrepareFlags &flags) {
        PrepareOptions options;
        options.dimensions.assign(flags.dimensions.begin(), flags.dimensions.end());
        options.requireStatic = flags.requireStatic;
        populatePreparePipeline(manager, options);
      });
}

} // namespace quern
