// Why a node adds the error that it adds, told from measured numbers alone.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Report/EdgeStatistics.h"
#include "lib/Report/ErrorPower.h"

#include "llvm/ADT/StringRef.h"

namespace quern {

enum class Cause {
  None,           ///< the node adds no error
  Clipping,       ///< values of the float model lie beyond the codes
  Saturation,     ///< values that earlier errors have driven there do
  OutlierChannel, ///< rounding, at a scale that one channel asks for
  WastedRange,    ///< rounding, at a scale for values that do not occur: a bad zero point
  Rounding,       ///< rounding of activations
  WeightRounding, ///< rounding of weights and biases
  WeightRange,    ///< rounding of weights whose channels of different sizes share one scale
};

/// "clipping", "saturation", "outlier channel", "wasted range", "rounding", "weight rounding", "weight
/// range".
llvm::StringRef nameOf(Cause cause);

/// The parts of the error that a node adds; they add up to 1, unless it adds none: then all are 0.
struct CauseShares {
  double clipping = 0, saturation = 0, rounding = 0, weights = 0;
};

/// What is known of a weight that became codes.
struct WeightFacts {
  unsigned bits = 8;
  bool perTensor = false;
  double channelRatio = 1; ///< of the largest channel's magnitude to the median channel's
};

/// From this ratio of the largest channel to the median on, a channel is an outlier: codes of 8 bits leave
/// the median channel five bits.
inline constexpr double kOutlierRatio = 8;
/// Below this part of the code range in use, the range is wasted: it costs half a bit.
inline constexpr double kWastedRange = 0.7;

CauseShares divideShares(const AddedParts &parts, llvm::ArrayRef<const EdgeStatistics *> edges);

/// The cause with the largest share, refined by what its edges or weight show.
Cause findCause(const CauseShares &shares, llvm::ArrayRef<const EdgeStatistics *> edges,
                const std::optional<WeightFacts> &weight);

} // namespace quern
