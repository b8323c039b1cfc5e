// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/HostModel.h"

#include "lib/Driver/RunPasses.h"
#include "lib/Pipelines/Structure.h"
#include "lib/Targets/Common/Jit.h"

namespace quern {

llvm::Expected<std::unique_ptr<Target>> createHostTarget() { return createTarget({}); }

llvm::Expected<std::unique_ptr<LoadedModel>> loadForHost(mlir::ModuleOp module) {
  auto target = createHostTarget();
  if (!target)
    return target.takeError();
  auto structure = [](mlir::OpPassManager &manager) { populateStructurePipeline(manager, {}); };
  if (mlir::failed(runPasses(module, structure)))
    return llvm::createStringError("the float model cannot be compiled, as said above");
  return compileAndLoad(module, **target);
}

} // namespace quern
