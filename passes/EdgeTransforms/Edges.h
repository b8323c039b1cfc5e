// The edges that can be transformed: values that contractions with constant weights read.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/Quern/IR/QuernOps.h"
#include "passes/EdgeTransforms/FoldPlan.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <vector>

namespace quern {

/// An operand whose op has a weight that takes in an inverse.
struct EdgeConsumer {
  mlir::OpOperand *use;
  onnx::ChannelAbsorption absorption;

  mlir::Value weight() const { return use->getOwner()->getOperand(absorption.weight); }
};

struct Edge {
  mlir::Value value;
  int64_t axis;
  int64_t channels;
  llvm::SmallVector<EdgeConsumer> consumers;
  bool hasOtherUses = false; ///< then a fold into the producer is not legal
  /// Of each channel, the first of those that have one map with it (heads that share a value, a rotated
  /// pair); empty if all are free. Losses and insertEdgeTransform tie every map so (ChannelMap::tied).
  llvm::SmallVector<int64_t> ties = {};

  /// The methods behind the value, if it comes from quern.edge_transform or a producer that took one in.
  mlir::ArrayAttr findProvenance() const;
};

/// The edges of the function, the last first: a transform changes what stands behind its edge. Every consumer
/// of an edge takes in a shift if `shifted`, a scale in any case. Edges with a consumer that has
/// `quern.left_alone` are passed over.
std::vector<Edge> listEdges(mlir::func::FuncOp function, bool shifted);

/// The plan if nothing but `edge`'s consumers reads the value and its producer can take in the map.
std::optional<FoldPlan> planEdge(const Edge &edge, bool shifted);
inline bool canFold(const Edge &edge, bool shifted) { return planEdge(edge, shifted).has_value(); }

/// One multiplier of the weight's elements: calls visit(element, output channel, channel of the edge, value)
/// for all of them.
void forEachWeight(const EdgeConsumer &consumer,
                   llvm::function_ref<void(int64_t, int64_t, int64_t, double)> visit);

/// Output channels of the consumer's weight.
int64_t countOutputs(const EdgeConsumer &consumer);

/// Ties the map, then puts quern.edge_transform before the consumers and its inverse into their weights: the
/// function of the graph stays as it is.
EdgeTransformOp insertEdgeTransform(const Edge &edge, const ChannelMap &map, llvm::StringRef method);

} // namespace quern
