// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/NoisyQuantization/NoisyQuantization.h"

#include "passes/EdgeTransforms/Method.h"
#include "passes/NoisyQuantization/Noise.h"

using namespace mlir;

namespace quern {

#define GEN_PASS_DEF_NOISYQUANTIZATION
#include "passes/NoisyQuantization/NoisyQuantization.h.inc"

/// sum_o W_oc^2 over the readers, for each channel c.
static SmallVector<double> powerOfWeights(const Edge &edge) {
  SmallVector<double> power(edge.channels, 0);
  for (const EdgeConsumer &consumer : edge.consumers)
    forEachWeight(consumer, [&](int64_t, int64_t, int64_t channel, double weight) {
      power[channel] += weight * weight;
    });
  return power;
}

namespace {
struct NoisyQuantization : impl::NoisyQuantizationBase<NoisyQuantization> {
  using NoisyQuantizationBase::NoisyQuantizationBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (amplitude >= 0 && amplitude <= 1)
      return success();
    return emitError(UnknownLoc::get(context)) << "expected an amplitude from 0 to 1, got " << amplitude;
  }

  void runOnOperation() override {
    for (const Edge &edge : listEdges(getOperation(), /*shifted=*/true))
      if (!hasMethod(edge, kNoisyQuantization))
        transform(edge);
  }

  void transform(const Edge &edge) {
    PrecisionAttr precision = plannedPrecision(edge);
    QuantizerAttr activations = precision.getActivations();
    if (!activations || precision.hasDynamicRows())
      return;
    std::optional<OutputError> error = measuredError(edge, precision);
    std::optional<RealRange> range = findRange(edge.value);
    if (!error || !range)
      return;
    // The step is known now, and stays: the range is written as that of these codes.
    CodedSearch search(edge, *error, activations);
    considerNoise(error->getRows(), powerOfWeights(edge), drawNoise(edge.channels, seed),
                  chooseExact(activations, range->min, range->max), amplitude, search);
    bool isWorthwhile =
        canFold(edge, /*shifted=*/true) || search.leastError() <= worthAnOp * search.errorBefore();
    if (search.get() && isWorthwhile)
      insertCodedMap(edge, *search.get(), activations, kNoisyQuantization);
  }
};
} // namespace

} // namespace quern
