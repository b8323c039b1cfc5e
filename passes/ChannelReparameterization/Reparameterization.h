// From a quantizer for each channel to one for all, and the map of the channels that makes good for it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/EdgeTransforms/CodedMap.h"

#include <vector>

namespace quern {

/// q = clamp(rhe(x / scale) + zeroPoint). The zero point may lie beyond the codes, of a channel far from 0:
/// it only becomes a shift.
struct ChannelQuantizer {
  double scale;
  int64_t zeroPoint;
};

/// Each channel's range [min, max] over all codes. No step is below 1/1024 of the largest, so that no channel
/// is magnified beyond that. Empty if all channels are constant.
std::vector<ChannelQuantizer> quantizeChannels(llvm::ArrayRef<RealRange> ranges, CodeRange codes);

/// The same with one zero point among the codes: the scales alone differ.
std::vector<ChannelQuantizer> quantizeChannelsAlike(llvm::ArrayRef<RealRange> ranges, CodeRange codes,
                                                    int32_t zeroPoint);

/// Ranges narrowed about their middles to `share` of their width, and to no more than `widest`.
std::vector<RealRange> narrow(llvm::ArrayRef<RealRange> ranges, double share, double widest);

/// With s~ the mean of the channels' scales s_c (the next exact scale) and z~ that of their zero points z_c
/// (rounded, among the codes):
///
///     r_c = s_c / s~,   x' = (x - s_c (z~ - z_c)) / r_c
///
/// so that rhe(x' / s~) + z~ = rhe(x / s_c) + z_c: the codes of x' by (s~, z~) are those of x by (s_c, z_c),
/// before they are clamped and after.
CodedMap reparameterize(llvm::ArrayRef<ChannelQuantizer> channels, CodeRange codes);

/// Offers the reparameterizations of the channels' ranges to the search: of whole ranges and of ranges that
/// are narrowed about their middles by 5 to 50 %, each also with the widest channels clipped to 1, 2 and 3
/// standard deviations above the mean width. `shifted`: each channel has its own zero point.
void considerReparameterization(llvm::ArrayRef<RealRange> ranges, QuantizerAttr attribute, bool shifted,
                                CodedSearch &search);

} // namespace quern
