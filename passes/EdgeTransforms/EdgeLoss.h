// What methods compare maps of an edge by, and the search for the least of it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/EdgeTransforms/OutputError.h"

#include <functional>

namespace quern {

/// Of a map of an edge's channels: the squared error of what reads the edge.
using EdgeLoss = std::function<double(const ChannelMap &)>;

/// The precision that the ops of the function, or of the edge's function, are going to get; W8A8 where it
/// does not say.
PrecisionAttr plannedPrecision(mlir::Operation *function);
PrecisionAttr plannedPrecision(const Edge &edge);

/// The error measured on the edge's rows, or, where rows are not known or not enough, estimated from the
/// ranges of its channels. Null where neither is known.
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
  MapSearch(int64_t channels, const EdgeLoss &loss)
      : loss(loss), best(ChannelMap::identity(channels)), before(loss(best)), least(before) {}

  /// True if the candidate is the best so far.
  bool consider(ChannelMap candidate) {
    double value = loss(candidate);
    if (!(value < least))
      return false;
    least = value;
    best = std::move(candidate);
    return true;
  }
  /// Makes it the best whatever its loss.
  void take(ChannelMap candidate) {
    least = loss(candidate);
    best = std::move(candidate);
  }
  const ChannelMap &get() const { return best; }
  /// Whether the best is anything but the identity, and, if an op of it would remain at run time, worth that.
  bool isWorthwhile(bool foldable) const {
    return !best.isIdentity() && (foldable || least <= kWorthAnOp * before);
  }

private:
  const EdgeLoss &loss;
  ChannelMap best;
  double before, least;
};

} // namespace quern
