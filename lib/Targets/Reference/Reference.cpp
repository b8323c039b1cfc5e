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
