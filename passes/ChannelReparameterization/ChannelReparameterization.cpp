// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ChannelReparameterization/ChannelReparameterization.h"

#include "dialects/ONNX/IR/NN.h"
#include "passes/ChannelReparameterization/Reparameterization.h"
#include "passes/EdgeTransforms/Method.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_CHANNELREPARAMETERIZATION
#include "passes/ChannelReparameterization/ChannelReparameterization.h.inc"

static bool isNormalized(Value value) {
  return isa_and_nonnull<onnx::LayerNormalizationOp, onnx::RMSNormalizationOp>(value.getDefiningOp());
}

namespace {
struct ChannelReparameterization : impl::ChannelReparameterizationBase<ChannelReparameterization> {
  void runOnOperation() override {
    // Where a shift is not possible, a scale may be.
    for (bool shifted : {true, false})
      for (const Edge &edge : listEdges(getOperation(), shifted))
        if (isNormalized(edge.value) && !hasScaleOwner(edge) && canFold(edge, shifted))
          transform(edge, shifted);
  }

  void transform(const Edge &edge, bool shifted) {
    PrecisionAttr precision = plannedPrecision(edge);
    QuantizerAttr activations = precision.getActivations();
    std::vector<RealRange> ranges = listRanges(edge);
    if (!activations || precision.hasDynamicRows() || ranges.empty())
      return;
    std::optional<OutputError> error = measuredError(edge, precision);
    if (!error)
      return;
    // Symmetric codes have one zero point.
    bool own = shifted && activations.getScheme() == Scheme::Asymmetric;
    CodedSearch search(edge, *error, activations);
    considerReparameterization(ranges, activations, own, search);
    if (search.get())
      insertCodedMap(edge, *search.get(), activations, kReparameterization);
  }
};
} // namespace

} // namespace quern
