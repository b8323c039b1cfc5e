// Codes and scales of weights, improved one at a time by what that does to the product.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/GroupQuantizer.h"

namespace quern {

/// Lowers d^T (H + damping I) d of each column, d = weight - dequantize(codes), from `start` on, by two steps
/// in turn until neither helps (at most `rounds` times each):
///
///   codes   q_k += round(g_k / (s_k (H_kk + damping))), g = (H + damping I) d, row after row, again while
///   any
///           changes (coordinate descent: Behdin et al. 2023, QuantEase);
///   scales  of all groups of the column at once, the least squares solution of A s = b with
///           v_g = codes - zero point on the rows of group g, A_gh = v_g^T (H + damping I) v_h,
///           b_g = v_g^T (H + damping I) weight.
///
/// No column ends worse than it began by this measure. The damping is dampingOf(moment); without any
/// activity nothing changes. `least` has the scale that a column may not fall below (of its only group);
/// empty: none has.
GroupCodes refineCodes(std::span<const float> weight, const GroupCodes &start, const GroupLayout &layout,
                       std::span<const double> moment, std::span<const float> least, int rounds = 2);

} // namespace quern
