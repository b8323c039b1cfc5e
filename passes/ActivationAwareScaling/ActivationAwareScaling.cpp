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
    if (!plannedPrecision(edge).getActivations())
      transformEdge(edge, /*shifted=*/false, allowExplicit, kActivationAwareScaling,
                    [&](MapSearch &search) { considerSalience(kLargestExponent, search); });
  }
};
} // namespace

} // namespace quern
