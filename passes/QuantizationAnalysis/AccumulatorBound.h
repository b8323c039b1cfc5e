// Proofs that the i32 accumulator of a contraction cannot overflow.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/ONNX/IR/ONNXDialect.h"

namespace quern {

/// True if the sum over the contracted terms of (a - za) * (w - zw), with activations of 8 bits and weights
/// of 8 bits, and a bias of at most 2^30 fit i32 for every input:
///   constant weights (symmetric, |code| <= |w| * 127 / max|w| + 1/2 in each channel):
///     255 * sum(|w| * 127 / max|w| + 1/2) + 2^30 <= 2^31 - 1
///   two activations: terms * 255 * 255 <= 2^31 - 1
/// False too where the number of terms is not known.
bool accumulatorFits(onnx::QuantizableOpInterface op);

} // namespace quern
