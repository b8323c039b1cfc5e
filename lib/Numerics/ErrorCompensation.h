// Rounding of weights by what it does to the product: clipping and compensation.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/GroupQuantizer.h"
#include "lib/Numerics/SecondMoment.h"

namespace quern {

/// For each column n of an error d = weight - dequantized: d_n^T H d_n, the squared error of the product.
std::vector<double> columnLosses(std::span<const float> weight, const GroupCodes &codes,
                                 const GroupLayout &layout, std::span<const double> moment);

/// Round to nearest with ranges that are clipped where that lowers sum_k costs[k] * d_k^2 of the group, with
/// one cost per row (H[k][k], or 1 where no moment is known): each end is scaled by 1, 0.95, ... 0.5, both
/// alike where codes are symmetric. Ties keep the larger range, so no group is worse than unclipped.
GroupCodes clipGroups(std::span<const float> weight, const GroupLayout &layout, GroupFormat format,
                      std::span<const double> costs);

/// Round to nearest of weights that are first clamped to a share of their group's largest magnitude: 1, 0.95,
/// ... 0.55, the share with the smallest d^T H d over the group's own rows. Ties keep the larger. (The clip
/// search of AWQ, Lin et al. 2023, whose sampled tokens H sums up.)
GroupCodes clampGroups(std::span<const float> weight, const GroupLayout &layout, GroupFormat format,
                       std::span<const double> moment);

/// Rounds to the quantizers of `start` row by row, and moves each row's rounding error into the rows that are
/// still to come so that the product changes least (error-compensated rounding; Frantar et al. 2022, from
/// Hassibi and Stork 1993). Rows go from the largest H[k][k] to the smallest. With H + damping I = R R^T, R
/// upper triangular in that order, and U = R^-1:
///
///   e_k = (w_k - q_k) / U_kk,   w_j -= U_kj e_k  for all later j
///
/// The damping is dampingOf(moment). Rows that were never active keep the codes of round to nearest.
GroupCodes compensateRounding(std::span<const float> weight, const GroupCodes &start,
                              const GroupLayout &layout, std::span<const double> moment);

/// Each column from the candidate with the smallest loss; ties keep the first.
GroupCodes bestColumns(std::span<const float> weight, std::span<const GroupCodes> candidates,
                       const GroupLayout &layout, std::span<const double> moment);

} // namespace quern
