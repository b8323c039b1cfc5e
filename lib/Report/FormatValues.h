// Ranges and distributions of values as JSON, small enough to plot.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Report/ComparedModel.h"
#include "lib/Report/EdgeStatistics.h"
#include "lib/Report/WeightStatistics.h"

#include "llvm/Support/JSON.h"

namespace quern {

/// What plots show at most.
inline constexpr int kPlottedBins = 96;
inline constexpr int64_t kPlottedChannels = 128;

llvm::json::Value formatEdge(const ComparedEdge &edge, const EdgeStatistics &statistics);
llvm::json::Value formatWeight(const WeightStatistics &weight);

} // namespace quern
