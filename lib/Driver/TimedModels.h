// The float and the quantized model, compiled to count the time of their nodes, and run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/Sample.h"
#include "lib/Driver/Options.h"
#include "lib/Report/TimeGroups.h"
#include "lib/Targets/Common/Emit.h"

namespace quern {

/// `graph` (float, or on integers) compiled as the options say, and with --profile if `profile` says so.
/// Diagnostics go to its context.
llvm::Expected<ModelObject> compileGraph(mlir::ModuleOp graph, const CompileOptions &options, bool profile);

/// The median times of an object that counts them, over about a second of runs on one sample and one thread.
llvm::Expected<ProfiledTimes> measureTimes(const ModelObject &object, const Sample &sample);

} // namespace quern
