// The noise that is added before rounding.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/EdgeTransforms/CodedMap.h"

namespace quern {

/// A number in [-1, 1) for each channel: the first ones of the seed's sequence, the same on every machine.
llvm::SmallVector<double> drawNoise(int64_t channels, uint64_t seed);

/// Offers maps x + m + n u_c, u the noise and `codes` those of the value, to the search: offsets m within a
/// step first, then, at the best of them, amplitudes n up to `largest` times half a step. An amplitude that
/// is expected to harm the search's rows (lib/Numerics/NoiseError.h), channels weighted by `power`, is not
/// tried.
void considerNoise(const ActivationRows &rows, llvm::ArrayRef<double> power, llvm::ArrayRef<double> noise,
                   const Quantizer &codes, double largest, CodedSearch &search);

} // namespace quern
