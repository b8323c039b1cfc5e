// What methods make their maps of: ranges and means of the channels of an edge.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/EdgeTransforms/ActivationRows.h"
#include "passes/EdgeTransforms/Edges.h"

namespace quern {

/// Of the channels of an edge, in their order; a member is empty where it is not known.
struct ChannelStatistics {
  std::vector<RealRange> ranges;            ///< [min x_j, max x_j]
  llvm::SmallVector<double> meanMagnitudes; ///< E|x_j|

  /// max |x_j|; empty where ranges are not known.
  llvm::SmallVector<double> largestMagnitudes() const;

  static ChannelStatistics of(const ActivationRows &rows);
  /// Ranges as calibration left them, of all samples, else those of the edge's rows; means of the rows.
  static ChannelStatistics of(const Edge &edge);
};

/// How a method makes a map of statistics, be they those of all samples or of some.
using MapRule = llvm::function_ref<ChannelMap(const ChannelStatistics &)>;

} // namespace quern
