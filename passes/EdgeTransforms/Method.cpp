// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/Method.h"

#include <cmath>

using namespace mlir;

namespace quern {

bool hasScaleOwner(const Edge &edge) {
  ArrayAttr methods = edge.findProvenance();
  return methods && llvm::any_of(methods.getAsValueRange<StringAttr>(), [](StringRef name) {
           return name == kSmoothQuant || name == kOutlierSuppressionPlus;
         });
}

ChannelRangesAttr rangesOf(const Edge &edge) {
  ChannelRangesAttr ranges = findChannelRanges(edge.value);
  return ranges && ranges.getAxis() == edge.axis && ranges.getMinima().size() == edge.channels
             ? ranges
             : ChannelRangesAttr();
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
