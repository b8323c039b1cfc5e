// The scales of SmoothQuant.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/EdgeTransforms/Method.h"

namespace quern {

/// s_j = max(max(a_j, 1e-5)^alpha / max(w_j, 1e-5)^(1 - alpha), 1e-5) for a_j = max |x_j|, w_j = max |W_oj|.
ChannelMap smoothingMap(llvm::ArrayRef<double> activations, llvm::ArrayRef<double> weights, double alpha);

/// Considers alpha = 0, 0.05, ... 1; nothing if the largest activations are not known.
void considerSmoothing(const Edge &edge, MapSearch &search);

/// For a product A B of which both factors are quantized, each with one step: of the maps for alpha in {0,
/// 0.05, ..., 1} and the identity, the one with the least expected error, if that falls to less than half,
///
///     d_A^2 sum_c (b_c s_c)^2 + d_B^2 sum_c (a_c / s_c)^2,  d_A = max_c a_c / s_c,  d_B = max_c b_c s_c
///
/// up to a factor: rounding to steps adds noise of their square, which the other factor multiplies. a_c and
/// b_c are the largest magnitudes.
ChannelMap balanceProduct(llvm::ArrayRef<double> left, llvm::ArrayRef<double> right);

} // namespace quern
