// See AttachRanges.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Calibration/Statistics.h"
#include "lib/Numerics/Observer.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace quern {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "lib/Calibration/AttachRanges/AttachRanges.h.inc"

/// What the pass does, with statistics in memory. Failures are diagnostics.
llvm::LogicalResult attachRanges(mlir::ModuleOp module, const Statistics &statistics,
                                 const ObserverOptions &options);

/// Attaches the extremes of the channels of every observed value (`quern.channel_ranges`,
/// `quern.channel_range`), for methods that read them. Values whose channels were not kept stay without.
void attachChannelRanges(mlir::ModuleOp module, const Statistics &statistics);

/// The options for an observer's name, the default one for none; nothing for an unknown one or a percentile
/// outside (0, 100].
std::optional<ObserverOptions> makeObserverOptions(llvm::StringRef observer, double percentile = 99.99,
                                                   unsigned bits = 8);

} // namespace quern
