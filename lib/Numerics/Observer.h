// Observers: from the statistics of a tensor to the range that is quantized.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Quantizer.h"
#include "lib/Numerics/TensorStatistics.h"

#include <optional>
#include <string_view>

namespace quern {

/// What values are mapped to codes without saturation. 0 is inside.
struct ValueRange {
  float min;
  float max;
  bool operator==(const ValueRange &) const = default;
};

/// How a range is chosen.
enum class ObserverKind {
  MinMax,        ///< everything seen
  MovingAverage, ///< the mean over samples of their minima and of their maxima
  Percentile,    ///< all but the share (100 - percentile) / 2 percent of the values at each end
  Entropy,       ///< least Kullback-Leibler divergence between the values and their codes
  MSE,           ///< least sum of |value - its code's value|^2
  Norm,          ///< least sum of |value - its code's value|^2.4
};
/// Sources. Entropy: S. Migacz, "8-bit Inference with TensorRT", GTC 2017. MSE: W. Sung et al., "Resiliency
/// of Deep Neural Networks under Quantization", 2015. Norm: Y. Nahshan et al., "Loss Aware Post-training
/// Quantization", 2019 (the p-norm); the exponent is the one that Y. Li et al. use with "BRECQ", 2021.

struct ObserverOptions {
  /// Least squared error is the default because its scale is the one thing that rounding and saturation
  /// share: it keeps the tails that carry energy and drops those that only coarsen the rest.
  ObserverKind kind = ObserverKind::MSE;
  double percentile = 99.99;
  /// The codes that the range will be mapped to. The last three kinds depend on them.
  CodeRange codes = CodeRange::unsignedBits(8);
};

inline constexpr const char *observerNames[] = {"min-max", "moving-average", "percentile", "entropy", "mse",
                                                "norm"};
/// One of `observerNames`.
std::string_view getName(ObserverKind kind);
std::optional<ObserverKind> parseObserverKind(std::string_view name);

/// Nothing if no finite value was seen. Widened to hold 0.
std::optional<ValueRange> chooseRange(const TensorStatistics &statistics, const ObserverOptions &options);

} // namespace quern
