// Relu and Clip in front of a quantization.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Quantizer.h"
#include "passes/Integerize/Refusal.h"

namespace quern {

/// A value limited to [lowest, highest], as a chain of Relu and Clip does it.
struct ClampedValue {
  mlir::Value source; ///< what the first of the chain reads
  float lowest, highest;
};

/// Follows `real` upwards through Relu and Clip with constant bounds; none gives the value itself, unlimited.
ClampedValue skipClamps(mlir::Value real);

/// The codes that quantization after the clamps yields. Quantization q is monotone, so that
///   q(min(max(x, lowest), highest)) = min(max(q(x), q(lowest)), q(highest))
/// holds exactly. Fails if a single code is left.
mlir::FailureOr<CodeRange> clampCodes(const ClampedValue &clamped, const Quantizer &output, Refusal &refusal);

} // namespace quern
