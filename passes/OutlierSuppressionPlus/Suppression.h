// The shifts and scales of Outlier Suppression+.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/EdgeTransforms/Method.h"

namespace quern {

/// z_j = (h_j + l_j) / 2 of the channel's range [l_j, h_j] if `shifted`, else 0; s_j = max(1, max |x_j - z_j|
/// / t) for t = part T, T = max |x - z|. The identity where all of x - z is 0.
ChannelMap suppressionMap(llvm::ArrayRef<RealRange> ranges, bool shifted, double part);

/// Considers t = T, T - T / 100, ... T / 100; nothing if the channels' ranges are not known.
void considerSuppression(bool shifted, MapSearch &search);

} // namespace quern
