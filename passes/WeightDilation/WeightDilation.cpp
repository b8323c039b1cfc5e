// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/WeightDilation/WeightDilation.h"

#include "passes/EdgeTransforms/Method.h"

#include <cmath>

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_WEIGHTDILATION
#include "passes/WeightDilation/WeightDilation.h.inc"

static ChannelMap dilate(const Edge &edge, double largest) {
  ChannelMap map = ChannelMap::identity(edge.channels);
  map.scale.assign(edge.channels, largest);
  for (const EdgeConsumer &consumer : edge.consumers) {
    SmallVector<double> rows(countOutputs(consumer), 0);
    forEachWeight(consumer, [&](int64_t, int64_t output, int64_t, double weight) {
      rows[output] = std::max(rows[output], std::abs(weight));
    });
    forEachWeight(consumer, [&](int64_t, int64_t output, int64_t channel, double weight) {
      if (weight != 0)
        map.scale[channel] = std::min(map.scale[channel], rows[output] / std::abs(weight));
    });
  }
  // Scales are stored in f32; rounding up would lift a row's maximum.
  for (double &scale : map.scale)
    if (float rounded = scale; rounded > scale)
      scale = std::nextafter(rounded, 0.0f);
  return map;
}

namespace {
struct WeightDilation : impl::WeightDilationBase<WeightDilation> {
  using WeightDilationBase::WeightDilationBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (largest >= 1)
      return success();
    return emitError(UnknownLoc::get(context))
           << "expected the largest scale to be at least 1, got " << largest;
  }

  void runOnOperation() override {
    for (const Edge &edge : listEdges(getOperation(), /*shifted=*/false)) {
      // The bound of a scale is its own channel's: tied channels have none in common.
      if (edge.findProvenance() || !edge.ties.empty() || !canFold(edge, /*shifted=*/false))
        continue;
      if (ChannelMap map = dilate(edge, largest); !map.isIdentity())
        insertEdgeTransform(edge, map, kWeightDilation);
    }
  }
};
} // namespace

} // namespace quern
