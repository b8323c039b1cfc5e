// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/Method.h"

#include <cmath>

using namespace mlir;

namespace quern {

bool hasScaleOwner(const Edge &edge) {
  ArrayAttr methods = edge.findProvenance();
  return methods && llvm::any_of(methods.getAsValueRange<StringAttr>(), [](StringRef name) {
           return name != kWeightDilation && name != kCrossLayerEqualization;
         });
}

bool hasMethod(const Edge &edge, StringRef method) {
  ArrayAttr methods = edge.findProvenance();
  return methods && llvm::is_contained(methods.getAsValueRange<StringAttr>(), method);
}

void transformEdge(const Edge &edge, bool shifted, bool allowExplicit, StringRef method,
                   function_ref<void(MapSearch &)> consider) {
  bool foldable = canFold(edge, shifted);
  if (hasScaleOwner(edge) || (!foldable && !allowExplicit))
    return;
  EdgeLoss loss = lossOf(edge, plannedPrecision(edge));
  if (!loss)
    return;
  MapSearch search(edge.channels, loss, ChannelStatistics::of(edge));
  consider(search);
  if (search.isWorthwhile(foldable))
    insertEdgeTransform(edge, search.get(), method);
}

ChannelRangesAttr rangesOf(const Edge &edge) {
  ChannelRangesAttr ranges = findChannelRanges(edge.value);
  return ranges && ranges.getAxis() == edge.axis && ranges.getMinima().size() == edge.channels
             ? ranges
             : ChannelRangesAttr();
}

std::vector<RealRange> listRanges(const Edge &edge) {
  std::vector<RealRange> list;
  if (ChannelRangesAttr ranges = rangesOf(edge))
    for (auto [min, max] : llvm::zip_equal(ranges.getMinima().asArrayRef(), ranges.getMaxima().asArrayRef()))
      list.push_back({min, max});
  return list;
}

SmallVector<double> largestWeights(const Edge &edge) {
  SmallVector<double> largest(edge.channels, 0);
  for (const EdgeConsumer &consumer : edge.consumers)
    forEachWeight(consumer, [&](int64_t, int64_t, int64_t channel, double weight) {
      largest[channel] = std::max(largest[channel], std::abs(weight));
    });
  return largest;
}

} // namespace quern
