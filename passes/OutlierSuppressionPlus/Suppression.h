// The shifts and scales of Outlier Suppression+.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/EdgeTransforms/Method.h"

namespace quern {

/// z_j = (h_j + l_j) / 2 of the channel's range if `shifted`, else 0; s_j = max(1, max |x_j - z_j| / t) for t
/// = T, T - T / 100, ... T / 100, T = max |x - z|. `ranges` are those of the edge.
void considerSuppression(const Edge &edge, ChannelRangesAttr ranges, bool shifted, MapSearch &search);

} // namespace quern
