// What methods compare maps of an edge by, and the search for the least of it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/EdgeTransforms/ChannelStatistics.h"
#include "passes/EdgeTransforms/OutputError.h"

#include <functional>

namespace quern {

/// Of a rule that makes a map of an edge's channels: the squared error of what reads the edge.
using EdgeLoss = std::function<double(MapRule)>;

/// The precision that the ops of the function, or of the edge's function, are going to get; W8A8 where it
/// does not say.
PrecisionAttr plannedPrecision(mlir::Operation *function);
PrecisionAttr plannedPrecision(const Edge &edge);

/// The error measured on rows of the edge: on those that the rule has not seen (UnseenError), or, where this
/// is not to be had, on all (OutputError). Where rows are not known, estimated from the ranges of its
/// channels. Null where neither is known.
EdgeLoss lossOf(const Edge &edge, PrecisionAttr precision);

/// The error on the edge's rows, with the observer of the edge; nothing where rows are not known or not
/// enough.
std::optional<OutputError> measuredError(const Edge &edge, PrecisionAttr precision);

/// A factor of the loss below which an edge is worth an op that remains at run time.
inline constexpr double kWorthAnOp = 0.5;

/// The least of the candidates so far. It starts with the identity, and ties keep the first, so a search
/// never ends worse than it began.
class MapSearch {
public:
  /// `statistics` are those that the map to insert is made of.
  MapSearch(int64_t channels, const EdgeLoss &loss, ChannelStatistics statistics)
      : loss(loss), statistics(std::move(statistics)), best(ChannelMap::identity(channels)),
        before(lossOf(best)), least(before) {}

  const ChannelStatistics &getStatistics() const { return statistics; }

  /// True if the candidate is the best so far. A rule that makes it of the channels' statistics can be judged
  /// on rows that had no part in them; a map is taken as it is.
  bool consider(MapRule rule) {
    double value = loss(rule);
    if (!(value < least))
      return false;
    least = value;
    best = rule(statistics);
    return true;
  }
  bool consider(const ChannelMap &candidate) {
    return consider(MapRule([&](const ChannelStatistics &) { return candidate; }));
  }
  /// Makes it the best whatever its loss.
  void take(ChannelMap candidate) {
    least = lossOf(candidate);
    best = std::move(candidate);
  }
  const ChannelMap &get() const { return best; }
  /// Whether the best is anything but the identity, and, if an op of it would remain at run time, worth that.
  bool isWorthwhile(bool foldable) const {
    return !best.isIdentity() && (foldable || least <= kWorthAnOp * before);
  }

private:
  double lossOf(const ChannelMap &map) const {
    return loss([&](const ChannelStatistics &) { return map; });
  }

  const EdgeLoss &loss;
  ChannelStatistics statistics;
  ChannelMap best;
  double before, least;
};

} // namespace quern
