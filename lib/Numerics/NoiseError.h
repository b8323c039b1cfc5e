// What a fixed uniform noise that is added before rounding, and taken off again behind it, does to the error.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace quern {

/// The expected change of a value's squared rounding error when noise N ~ U(-n, n), n = `amplitude`, is added
/// before it is rounded to steps of 2 h, h = `halfStep`, and subtracted after:
///
///     D = n^2/3 - n h + 2 h d - (h/n) d^2   for d <= n,   n^2/3 for d >= n
///
/// where d is the value's distance from the nearest boundary of rounding. It is negative for
/// d < n (1 - sqrt(n / (3 h))): noise helps values near a boundary and harms those in the middle of a step.
/// 0 <= d <= h and 0 <= n <= h; 0 without noise. Source: Liu et al., "NoisyQuant", CVPR 2023.
double noiseErrorChange(double distance, double amplitude, double halfStep);

} // namespace quern
