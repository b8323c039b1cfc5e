// The observers that look at the histogram. Each returns a range inside [min, max] of the statistics, which
// are not empty.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Observer.h"

namespace quern {

/// Cuts (100 - percentile) / 200 of all values, zeros included, at each end, to the edge of a bin.
ValueRange chooseByPercentile(const TensorStatistics &statistics, double percentile);

/// Clips magnitudes at the threshold t, a bin's edge, that makes KL(P || Q) least. P: the histogram inside
/// [-t, t], what is outside counted in its outermost bins. Q: the same bins without the outside, put into
/// codes.steps() + 1 equal groups, each group's mass spread over those of its bins that are not empty. Zeros
/// are left out, as they are exact under every threshold. Empty bins of Q get the mass 1e-4 where P has any.
ValueRange chooseByEntropy(const TensorStatistics &statistics, CodeRange codes);

/// Minimizes sum over bins of count * |c - roundTrip(c)|^exponent, c being the bin's centre, over quantizers
/// of [lo, hi]: coordinate descent from [min, max] on lo in {i/100 min} and hi in {i/100 max}, until neither
/// moves.
ValueRange chooseByLeastError(const TensorStatistics &statistics, CodeRange codes, double exponent);

} // namespace quern
