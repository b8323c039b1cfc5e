// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/JointScaling/JointScaling.h"

#include "passes/ActivationAwareScaling/SalienceScaling.h"
#include "passes/SmoothActivations/Smoothing.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_JOINTSCALING
#include "passes/JointScaling/JointScaling.h.inc"

namespace {
struct JointScaling : impl::JointScalingBase<JointScaling> {
  using JointScalingBase::JointScalingBase;

  void runOnOperation() override {
    for (const Edge &edge : listEdges(getOperation(), /*shifted=*/false))
      transform(edge);
  }

  void transform(const Edge &edge) {
    if (!plannedPrecision(edge).getActivations())
      return;
    transformEdge(edge, /*shifted=*/false, allowExplicit, kJointScaling, [&](MapSearch &search) {
      considerSmoothing(edge, search);
      considerSalience(1, search);
    });
  }
};
} // namespace

} // namespace quern
