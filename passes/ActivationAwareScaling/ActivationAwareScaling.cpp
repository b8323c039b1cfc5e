// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ActivationAwareScaling/ActivationAwareScaling.h"

#include "passes/ActivationAwareScaling/SalienceScaling.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_ACTIVATIONAWARESCALING
#include "passes/ActivationAwareScaling/ActivationAwareScaling.h.inc"

/// The last of the grid: scales as uneven as the activations themselves are not tried.
static constexpr double kLargestExponent = 0.95;

namespace {
struct ActivationAwareScaling : impl::ActivationAwareScalingBase<ActivationAwareScaling> {
  using ActivationAwareScalingBase::ActivationAwareScalingBase;

  void runOnOperation() override {
    for (const Edge &edge : listEdges(getOperation(), /*shifted=*/false))
      transform(edge);
  }

  void transform(const Edge &edge) {
    PrecisionAttr precision = plannedPrecision(edge);
    bool foldable = canFold(edge, /*shifted=*/false);
    if (precision.getActivations() || hasScaleOwner(edge) || (!foldable && !allowExplicit))
      return;
    EdgeLoss loss = lossOf(edge, precision);
    if (!loss)
      return;
    MapSearch search(edge.channels, loss);
    considerSalience(edge, kLargestExponent, search);
    if (search.isWorthwhile(foldable))
      insertEdgeTransform(edge, search.get(), kActivationAwareScaling);
  }
};
} // namespace

} // namespace quern
