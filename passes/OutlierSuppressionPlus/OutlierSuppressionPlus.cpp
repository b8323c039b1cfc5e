// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/OutlierSuppressionPlus/OutlierSuppressionPlus.h"

#include "passes/OutlierSuppressionPlus/Suppression.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_OUTLIERSUPPRESSIONPLUS
#include "passes/OutlierSuppressionPlus/OutlierSuppressionPlus.h.inc"

namespace {
struct OutlierSuppressionPlus : impl::OutlierSuppressionPlusBase<OutlierSuppressionPlus> {
  using OutlierSuppressionPlusBase::OutlierSuppressionPlusBase;

  void runOnOperation() override {
    // Where a shift is not possible, a scale may be.
    for (bool shifted : {true, false})
      for (const Edge &edge : listEdges(getOperation(), shifted))
        transform(edge, shifted);
  }

  void transform(const Edge &edge, bool shifted) {
    transformEdge(edge, shifted, allowExplicit && !shifted, kOutlierSuppressionPlus,
                  [&](MapSearch &search) { considerSuppression(shifted, search); });
  }
};
} // namespace

} // namespace quern
