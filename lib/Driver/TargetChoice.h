// Which target the options name, and whether its code runs here.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Driver/Options.h"
#include "lib/Targets/Target.h"

namespace quern {

TargetOptions targetOptionsOf(const CompileOptions &options);

/// Whether code for the target is what would be made for this machine: times can be measured then.
llvm::Expected<bool> isForThisMachine(const TargetRecord &target);

} // namespace quern
