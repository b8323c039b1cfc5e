// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Driver/TargetChoice.h"

#include "lib/Driver/HostModel.h"

namespace quern {

TargetOptions targetOptionsOf(const CompileOptions &options) {
  TargetOptions targetOptions;
  targetOptions.name = options.target;
  targetOptions.triple = options.triple;
  targetOptions.cpu = options.cpu;
  targetOptions.features = options.features;
  targetOptions.optimizationLevel = options.optimizationLevel;
  targetOptions.profile = options.profile;
  return targetOptions;
}

llvm::Expected<bool> isForThisMachine(const TargetRecord &target) {
  auto host = createHostTarget();
  if (!host)
    return host.takeError();
  const TargetRecord &here = (*host)->record();
  return target.triple == here.triple && target.cpu == here.cpu && target.features == here.features;
}

} // namespace quern
