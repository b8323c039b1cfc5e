// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/TimedModels.h"

#include "lib/Driver/RunPasses.h"
#include "lib/Driver/TargetChoice.h"
#include "lib/Pipelines/Structure.h"
#include "lib/Runtime/Tool/Benchmark.h"
#include "lib/Targets/Common/Jit.h"

using namespace mlir;

namespace quern {

llvm::Expected<ModelObject> compileGraph(ModuleOp graph, const CompileOptions &options, bool profile) {
  TargetOptions targetOptions = targetOptionsOf(options);
  targetOptions.profile = profile;
  auto target = createTarget(targetOptions);
  if (!target)
    return target.takeError();
  OwningOpRef<ModuleOp> module = graph.clone();
  ModelInfo info;
  FailureOr<Signature> signature = readSignature(module->lookupSymbol<func::FuncOp>("main"));
  auto structure = [](OpPassManager &manager) { populateStructurePipeline(manager, {}); };
  if (failed(signature) || failed(runPasses(*module, structure)) || failed(lowerModule(*module, **target)))
    return llvm::createStringError("--report: the model cannot be compiled to be timed, as said above");
  info.signature = std::move(*signature);
  return emitObject(*module, **target, info);
}

llvm::Expected<ProfiledTimes> measureTimes(const ModelObject &object, const Sample &sample) {
  auto model = loadObject(object);
  if (!model)
    return model.takeError();
  std::string error;
  std::optional<Timing> timing = measure(**model, sample, /*parallel=*/nullptr, error);
  if (!timing)
    return llvm::createStringError(error);
  ProfiledTimes times;
  times.medianMicroseconds = timing->medianMs * 1e3;
  times.runs = timing->runs;
  if ((*model)->profiledNodes())
    times.names = *(*model)->profiledNodes();
  for (double share : timing->shares)
    times.microseconds.push_back(share * times.medianMicroseconds);
  return times;
}

} // namespace quern
