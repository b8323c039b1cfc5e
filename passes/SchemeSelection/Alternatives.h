// Four ways to quantize an edge: one scale or one per channel, symmetric or not.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/EdgeTransforms/CodedMap.h"

#include <array>

namespace quern {

enum class Alternative { LayerSymmetric, LayerAsymmetric, ChannelSymmetric, ChannelAsymmetric };

inline constexpr std::array<const char *, 4> alternativeNames = {
    "symmetric per layer", "asymmetric per layer", "symmetric per channel", "asymmetric per channel"};

/// The zero point that codes of [min, max] want, which lies beyond the codes where the range does not hold 0.
int64_t wantedZeroPoint(RealRange range, CodeRange codes);

/// The alternative for a value whose channels have `ranges` and which as a whole has `range`, with all ranges
/// made `factor` times as long: those of one scale and of symmetric codes about 0, those of asymmetric codes
/// of a channel about their middle. Codes of one scale hold 0. Nothing if all channels are constant.
std::optional<CodedMap> makeAlternative(Alternative alternative, RealRange range,
                                        llvm::ArrayRef<RealRange> ranges, double factor, CodeRange codes);

/// Offers the alternative to the search at factors from 0.5 to 1.2 in steps of 0.01, first every tenth, then
/// nearer about the best. Returns the least error.
double considerAlternative(Alternative alternative, RealRange range, llvm::ArrayRef<RealRange> ranges,
                           CodeRange codes, CodedSearch &search);

} // namespace quern
