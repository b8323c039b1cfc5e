// The scales of SmoothQuant.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/EdgeTransforms/Method.h"

namespace quern {

/// s_j = max(max(a_j, 1e-5)^alpha / max(w_j, 1e-5)^(1 - alpha), 1e-5) for a_j = max |x_j|, w_j = max |W_oj|.
ChannelMap smoothingMap(llvm::ArrayRef<double> activations, llvm::ArrayRef<double> weights, double alpha);

/// Considers alpha = 0, 0.05, ... 1; nothing if the largest activations are not known.
void considerSmoothing(const Edge &edge, MapSearch &search);

} // namespace quern
