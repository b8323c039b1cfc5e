// The unoptimized meaning of a graph: every operation becomes plain loops, in the order that the graph gives.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Targets/Common/Lowering.h"
#include "lib/Targets/Target.h"

namespace quern {
namespace {

class ReferenceTarget : public Target {
public:
  llvm::Error configure(const TargetOptions &options) override {
    targetRecord.name = "reference";
    targetRecord.threads = false;
    for (const char *granularity : {"tensor", "channel", "group"})
      for (const char *activations : {"u8", "s8", "f32"})
        targetRecord.kernels.push_back({"s8", activations, granularity}); // narrower codes take bytes too
    targetRecord.kernels.push_back({"f32", "f32", "tensor"});
    return resolveMachine(options, targetRecord);
  }

  void buildLoweringPipeline(mlir::OpPassManager &pm) const override {
    addBufferizePasses(pm);
    addPlanMemoryPasses(pm);
    addLowerToLLVMPasses(pm, targetRecord.profileClock);
  }
};

} // namespace

std::unique_ptr<Target> createReferenceTarget() { return std::make_unique<ReferenceTarget>(); }

} // namespace quern
