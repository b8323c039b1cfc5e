// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Assign.h"

#include "passes/AssignPrecision/AssignPrecision.h"

#include "mlir/Pass/PassOptions.h"

using namespace mlir;

namespace quern {

void populateAssignPipeline(OpPassManager &passes, Recipe recipe, bool integerTail) {
  passes.addPass(createAssignPrecision(std::move(recipe), integerTail));
}

void populateAnnouncePipeline(OpPassManager &passes, Recipe recipe) {
  passes.addPass(createAnnouncePrecision(std::move(recipe)));
}

namespace {
/// The options of the pass, under the name of the stage.
struct AssignFlags : PassPipelineOptions<AssignFlags> {
  Option<std::string> recipe{*this, "recipe", llvm::cl::desc("A recipe, instead of the other options"),
                             llvm::cl::init("")};
  Option<std::string> scheme{*this, "scheme", llvm::cl::desc("Bits of weights and activations"),
                             llvm::cl::init("W8A8")};
  Option<std::string> activationMode{*this, "activations-mode", llvm::cl::desc("static or dynamic"),
                                     llvm::cl::init("")};
  Option<std::string> activations{*this, "activations", llvm::cl::desc("u8 or s8"), llvm::cl::init("")};
  Option<bool> symmetric{*this, "symmetric-activations", llvm::cl::desc("Fix the zero point of activations"),
                         llvm::cl::init(false)};
  Option<bool> perTensor{*this, "per-tensor-weights", llvm::cl::desc("One scale per weight"),
                         llvm::cl::init(false)};
  Option<bool> integerTail{*this, "integer-tail", llvm::cl::desc("Keep integers up to the outputs"),
                           llvm::cl::init(false)};
  Option<int64_t> groupSize{*this, "group-size",
                            llvm::cl::desc("Elements of a channel that share a scale; -1: all"),
                            llvm::cl::init(-1)};
  Option<bool> announce{*this, "announce", llvm::cl::desc("Only tell functions the scheme"),
                        llvm::cl::init(false)};
  Option<std::string> weightScheme{*this, "weight-scheme", llvm::cl::desc("symmetric or asymmetric weights"),
                                   llvm::cl::init("")};
  ListOption<std::string> exclude{*this, "exclude",
                                  llvm::cl::desc("Expressions over names of nodes that stay float")};
};
} // namespace

void registerAssignStage() {
  PassPipelineRegistration<AssignFlags>("quern-stage-assign", "Stage assign: decide the precision of each op",
                                        [](OpPassManager &passes, const AssignFlags &flags) {
                                          AssignPrecisionOptions options;
                                          options.recipeFile = flags.recipe;
                                          options.scheme = flags.scheme;
                                          options.activationMode = flags.activationMode;
                                          options.activations = flags.activations;
                                          options.symmetric = flags.symmetric;
                                          options.perTensor = flags.perTensor;
                                          options.groupSize = flags.groupSize;
                                          options.weightScheme = flags.weightScheme;
                                          options.announce = flags.announce;
                                          options.integerTail = flags.integerTail;
                                          options.exclude.assign(flags.exclude.begin(), flags.exclude.end());
                                          passes.addPass(createAssignPrecision(options));
                                        });
}

} // namespace quern
