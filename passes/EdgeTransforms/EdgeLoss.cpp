// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/EdgeLoss.h"

#include "passes/EdgeTransforms/Method.h"
#include "passes/EdgeTransforms/QuantizationLoss.h"
#include "passes/EdgeTransforms/UnseenError.h"

#include <cmath>

using namespace mlir;

namespace quern {

static PrecisionAttr makeW8A8(MLIRContext *context) {
  auto quantizer = [&](bool isSigned, GranularityKind kind, Scheme scheme) {
    return QuantizerAttr::get(context, FormatAttr::get(context, 8, isSigned),
                              GranularityAttr::get(context, kind, 0), scheme);
  };
  return PrecisionAttr::get(context, quantizer(true, GranularityKind::Channel, Scheme::Symmetric),
                            quantizer(false, GranularityKind::Tensor, Scheme::Asymmetric), StringAttr());
}

PrecisionAttr plannedPrecision(Operation *function) {
  auto planned = function->getAttrOfType<PrecisionAttr>(kPrecisionAttrName);
  return planned ? planned : makeW8A8(function->getContext());
}

PrecisionAttr plannedPrecision(const Edge &edge) {
  for (const EdgeConsumer &consumer : edge.consumers)
    if (auto ruled = consumer.use->getOwner()->getAttrOfType<PrecisionAttr>(kPrecisionAttrName))
      return ruled;
  Value value = edge.value;
  return plannedPrecision(value.getParentRegion()->getParentOp());
}

static QuantizationLevels levelsOf(PrecisionAttr precision) {
  return {std::exp2(precision.getActivations().getFormat().getBits()) - 1,
          std::exp2(precision.getWeights().getFormat().getBits() - 1) - 1};
}

static ObserverOptions observerOf(const Edge &edge) {
  return findObserver(edge.value).value_or(ObserverOptions());
}

std::optional<OutputError> measuredError(const Edge &edge, PrecisionAttr precision) {
  std::optional<ActivationRows> rows = readRows(edge.value);
  if (!rows)
    return std::nullopt;
  return OutputError::create(edge, std::move(*rows), precision, observerOf(edge));
}

static EdgeLoss lossOfFreeChannels(const Edge &edge, PrecisionAttr precision) {
  ChannelStatistics statistics = ChannelStatistics::of(edge);
  if (std::optional<ActivationRows> rows = readRows(edge.value))
    if (std::optional<UnseenError> error = UnseenError::create(edge, *rows, precision, observerOf(edge)))
      return [error = std::move(*error)](MapRule rule) { return error.of(rule); };
  if (std::optional<OutputError> error = measuredError(edge, precision))
    return [error = std::move(*error), statistics](MapRule rule) { return error.of(rule(statistics)); };
  ChannelRangesAttr ranges = rangesOf(edge);
  if (!ranges || !precision.getActivations())
    return nullptr;
  return [loss = QuantizationLoss(edge, ranges, levelsOf(precision)), statistics](MapRule rule) {
    return loss.of(rule(statistics));
  };
}

EdgeLoss lossOf(const Edge &edge, PrecisionAttr precision) {
  EdgeLoss loss = lossOfFreeChannels(edge, precision);
  if (!loss || edge.ties.empty())
    return loss;
  // What will be inserted is the tied map.
  return [loss = std::move(loss), ties = edge.ties](MapRule rule) {
    return loss([&](const ChannelStatistics &statistics) { return rule(statistics).tied(ties); });
  };
}

} // namespace quern
