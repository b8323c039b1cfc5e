// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Pipelines/Target.h"

#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

namespace quern {

void populateTargetPipeline(OpPassManager &passes, const Target &target) {
  target.buildLoweringPipeline(passes);
}

namespace {
struct TargetFlags : PassPipelineOptions<TargetFlags> {
  Option<std::string> name{*this, "name", llvm::cl::desc("cpu or reference"), llvm::cl::init("cpu")};
  Option<std::string> cpu{*this, "mcpu",
                          llvm::cl::desc("CPU to generate code for; this machine's by default"),
                          llvm::cl::init("")};
  Option<std::string> features{*this, "mattr", llvm::cl::desc("CPU features, +name,-name"),
                               llvm::cl::init("")};
};
} // namespace

void registerTargetStage() {
  // Not a PassPipelineRegistration: a name or CPU that is unknown must be told as an error of the flag.
  registerPassPipeline(
      "quern-stage-target", "Stage target: the LLVM dialect",
      [](OpPassManager &passes, StringRef text, function_ref<LogicalResult(const Twine &)> reportError) {
        TargetFlags flags;
        if (failed(flags.parseFromString(text)))
          return failure();
        TargetOptions options;
        options.name = flags.name;
        options.cpu = flags.cpu;
        options.features = flags.features;
        llvm::Expected<std::unique_ptr<Target>> target = createTarget(options);
        if (!target)
          return reportError(llvm::toString(target.takeError()));
        populateTargetPipeline(passes, **target);
        return success();
      },
      [](function_ref<void(const detail::PassOptions &)> visit) { visit(TargetFlags()); });
}

} // namespace quern
