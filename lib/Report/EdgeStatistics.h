// What the values of one quantized edge are, beside what its codes can hold.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Quantizer.h"
#include "lib/Numerics/TensorStatistics.h"

#include "llvm/ADT/ArrayRef.h"

#include <optional>

namespace quern {

/// The values that round to a code without being clipped: half a step beyond the lowest and the highest code.
struct CodeReach {
  float lowest, highest;
};
CodeReach reachOf(const Quantizer &quantizer);

/// Statistics of the values that a quantizer meets when the quantized model runs, and of its errors. Memory
/// does not grow with the number of samples.
struct EdgeStatistics {
  /// Nothing where scales are found at run time, or vary with the channel.
  std::optional<Quantizer> quantizer;

  TensorStatistics values;
  int64_t clipped = 0; ///< values beyond the reach of the codes
  /// Squared distance of values to the reach: of those whose value in the float model is beyond it too, and
  /// of the rest, which errors before have driven there.
  double clippingError = 0, driftError = 0;
  double roundingError = 0; ///< squared, of what remains

  /// `exact` are the float model's values of the edge; where they are not finite the element takes no part.
  void add(llvm::ArrayRef<float> actual, llvm::ArrayRef<float> exact, llvm::ArrayRef<int64_t> shape);

  /// The part of the code range that values of the float format between the extremes use, 0 to 1; 1 without a
  /// quantizer or values.
  double usedRange() const;
};

/// The channel whose largest magnitude stands out.
struct OutlierChannel {
  int64_t channel = -1; ///< -1: there are no channels
  double ratio = 1;     ///< of its largest magnitude to the median of all channels'
};
OutlierChannel findOutlier(llvm::ArrayRef<ChannelRange> channels);

} // namespace quern
