// The scales of activation-aware weight quantization.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/EdgeTransforms/Method.h"

namespace quern {

/// s = max(m^r, 1e-4), divided by sqrt(max s * min s), for the mean magnitudes m of the channels.
ChannelMap salienceMap(llvm::ArrayRef<double> meanMagnitudes, double exponent);

/// Considers r = 0, 1/20, ... up to `largest`; nothing if the edge's rows are not known.
void considerSalience(double largest, MapSearch &search);

} // namespace quern
