// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Integerize.h"

#include "passes/Integerize/Integerize.h"
#include "passes/PackWeights/PackWeights.h"
#include "passes/ReportFloatResidue/ReportFloatResidue.h"

#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace quern {

void populateIntegerizePipeline(OpPassManager &passes, const IntegerizeOptions &options) {
  // Two quantizations of one value to one type are one, so that movement before them can be integer.
  passes.addPass(createCSEPass());
  passes.addNestedPass<func::FuncOp>(createIntegerize());
  ReportFloatResidueOptions report;
  report.failOnFloat = options.failOnFloat;
  report.file = options.residueFile;
  passes.addPass(createReportFloatResidue(report));
  passes.addNestedPass<func::FuncOp>(createPackWeights());
  passes.addPass(createCSEPass());
}

namespace {
struct IntegerizeFlags : PassPipelineOptions<IntegerizeFlags> {
  Option<bool> failOnFloat{*this, "fail-on-float", llvm::cl::desc("Make each op that stays float an error"),
                           llvm::cl::init(false)};
  Option<std::string> residueFile{*this, "residue-file",
                                  llvm::cl::desc("Write the report of float ops to this file"),
                                  llvm::cl::init("")};
};
} // namespace

void registerIntegerizeStage() {
  PassPipelineRegistration<IntegerizeFlags>(
      "quern-stage-integerize", "Stage integerize: integer arithmetic, and a report of what stays float",
      [](OpPassManager &passes, const IntegerizeFlags &flags) {
        populateIntegerizePipeline(passes, {flags.failOnFloat, flags.residueFile});
      });
}

} // namespace quern
