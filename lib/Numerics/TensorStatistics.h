// What calibration remembers of one value of the graph.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/ExactSum.h"
#include "lib/Numerics/Histogram.h"

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace quern {

/// The extremes of one channel.
struct ChannelRange {
  float min = std::numeric_limits<float>::infinity();
  float max = -std::numeric_limits<float>::infinity();
  bool operator==(const ChannelRange &) const = default;
};

/// Statistics of one tensor over all samples, in memory that does not grow with their number. Every field is
/// a function of the multiset of samples: shuffled samples, and shards that are merged, give the same
/// statistics to the bit.
struct TensorStatistics {
  /// More channels than these are not kept: their extremes would no longer be a summary.
  static constexpr int64_t kLargestChannelCount = 1 << 16;

  int64_t samples = 0;
  int64_t nonFinite = 0; ///< NaN and infinities, which are counted and otherwise ignored
  float min = std::numeric_limits<float>::infinity();
  float max = -std::numeric_limits<float>::infinity();
  ExactSum sumOfMinima; ///< of each sample's smallest value
  ExactSum sumOfMaxima;
  Histogram histogram;
  std::vector<ChannelRange> channels; ///< empty if the tensor has none, too many, or not always as many
  bool channelsDiffer = false;

  /// Finite values seen.
  int64_t getCount() const { return histogram.getTotal(); }

  /// Adds one sample: row-major `values` of shape [outer, channelCount, inner]. channelCount 0: no channels
  /// are kept. An empty sample, or one without a finite value, counts as no sample.
  void add(std::span<const float> values, int64_t channelCount = 0, int64_t inner = 1);
  void merge(const TensorStatistics &other);

  /// Empty if the fields agree with each other, as they do unless they come from a damaged file; else what is
  /// wrong.
  std::string findInconsistency() const;

  bool operator==(const TensorStatistics &) const = default;
};

} // namespace quern
