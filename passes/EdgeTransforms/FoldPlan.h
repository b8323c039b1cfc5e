// What must change so that a value comes out of its producer transformed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/EdgeTransforms/ChannelLabels.h"
#include "passes/EdgeTransforms/ChannelMap.h"

#include <optional>

namespace quern {

/// The ops from the value up to constants. Analysis only, until it is applied.
struct FoldPlan {
  /// A constant operand, which is rewritten; or an absent one, which is zeros.
  struct Constant {
    mlir::Operation *op;
    unsigned operand;
    onnx::ChannelChange change;
    ChannelLabels labels;
    bool shifted; ///< the shift reaches this operand
  };
  /// A value whose channels become transformed.
  struct Passed {
    mlir::OpResult value;
    ChannelLabels labels;
    bool shifted;
  };
  llvm::SmallVector<Constant> constants;
  llvm::SmallVector<Passed> values; ///< the last of the graph first
  /// The representative of each channel among those that must have one map; empty if all are free.
  llvm::SmallVector<int64_t> ties;

  /// Does the map respect the ties? Only then may the plan be applied.
  bool allows(const ChannelMap &map) const;
};

/// The plan for `value`, whose only reader wants its `channels` along `axis` transformed. Nothing if an op on
/// the way does not let the map pass, if a value on the way has a reader off the way, or if a constant is
/// frozen.
std::optional<FoldPlan> planFold(mlir::Value value, int64_t axis, bool shifted);

/// The same for a value whose channels are labelled; `ties` are those known before, and all of them after.
std::optional<FoldPlan> planFold(mlir::Value value, const ChannelLabels &labels, bool shifted,
                                 ChannelTies &ties);

/// max |u_c| of each channel c, tied ones together, of the value nearest to the planned one whose channels'
/// ranges are known; empty if there is none. Of a rotated pair this is the pair before the rotation, which
/// turns it within its plane.
llvm::SmallVector<double> largestMagnitudes(const FoldPlan &plan, int64_t channels);

/// Rewrites the constants, transforms the ranges and notes the methods on the ops. A Clip on the way becomes
/// Relu or Max, and Min: values of the plan are not to be used after.
void applyFold(const FoldPlan &plan, const ChannelMap &map, mlir::ArrayAttr methods);

} // namespace quern
