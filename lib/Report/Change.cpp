// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/Change.h"

#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/ONNXDialect.h"
#include "lib/Numerics/GroupQuantizer.h"
#include "lib/Numerics/Observer.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace mlir;

namespace quern {

static constexpr int64_t kTriedGroupSize = 32;

/// A quantizer of the same codes for another range; symmetric where the present one is.
static Quantizer withRange(const Quantizer &present, ValueRange range) {
  bool isSymmetric = present.codes.lowest < 0 && present.zeroPoint == 0;
  return isSymmetric ? chooseSymmetric(std::max(std::fabs(range.min), std::fabs(range.max)), present.codes)
                     : chooseAsymmetric(range.min, range.max, present.codes);
}

static std::optional<Change> proposeRange(ChangeKind kind, ArrayRef<std::pair<unsigned, size_t>> edges,
                                          const Measurement &measured) {
  Change change;
  change.kind = kind;
  change.bytes = 0;
  for (auto [operand, edge] : edges) {
    const EdgeStatistics &statistics = measured.edges[edge];
    if (!statistics.quantizer)
      continue;
    ObserverOptions observer;
    observer.kind = kind == ChangeKind::WiderRange ? ObserverKind::MinMax : ObserverKind::MSE;
    observer.codes = statistics.quantizer->codes;
    std::optional<ValueRange> range = chooseRange(statistics.values, observer);
    if (!range)
      continue;
    Quantizer quantizer = withRange(*statistics.quantizer, *range);
    if (quantizer.scale != statistics.quantizer->scale ||
        quantizer.zeroPoint != statistics.quantizer->zeroPoint)
      change.ranges.push_back({operand, quantizer});
  }
  return change.ranges.empty() ? std::nullopt : std::optional(std::move(change));
}

/// The reals of symmetric codes, one scale for each channel.
static std::vector<float> codePerChannel(ArrayRef<float> weight, const WeightStatistics &layout,
                                         unsigned bits) {
  std::vector<float> largest(layout.channels, 0), reals;
  auto channelOf = [&](size_t index) { return int64_t(index) / layout.inner % layout.channels; };
  for (auto [index, value] : llvm::enumerate(weight))
    largest[channelOf(index)] = std::max(largest[channelOf(index)], std::fabs(value));
  reals.reserve(weight.size());
  for (auto [index, value] : llvm::enumerate(weight))
    reals.push_back(
        chooseSymmetric(largest[channelOf(index)], CodeRange::symmetricBits(bits)).roundTrip(value));
  return reals;
}

static Change proposeWeight(ChangeKind kind, std::vector<float> reals, int64_t bytes) {
  Change change;
  change.kind = kind;
  change.weight = std::move(reals);
  change.bytes = bytes;
  return change;
}

static bool isMatrixProduct(const ComparedNode &node) {
  return isa<onnx::MatMulOp, onnx::GemmOp>(node.hubOp) &&
         cast<ShapedType>(node.hubOp->getOperand(1).getType()).getRank() == 2;
}

/// SmoothQuant (G. Xiao et al., ICML 2023) with alpha = 1/2: channel j of the activation is divided by
/// s_j = sqrt(max |x_j| / max |w_j|), row j of the weight multiplied by it.
static std::optional<Change> proposeSmoothing(const ComparedModel &model, const Measurement &measured,
                                              const ComparedNode &node, const WeightStatistics &weight) {
  if (!isMatrixProduct(node) || weight.axis != 1 || weight.groupSize || node.edges.empty() ||
      node.edges.front().first != 0)
    return std::nullopt;
  const EdgeStatistics &edge = measured.edges[node.edges.front().second];
  auto type = cast<RankedTensorType>(node.hubOp->getOperand(0).getType());
  int64_t rows = weight.elements / weight.channels;
  bool channelsAreLast = type.getRank() < 4 && int64_t(edge.values.channels.size()) == rows;
  if (!edge.quantizer || !channelsAreLast)
    return std::nullopt;
  std::vector<float> reals = readFloatWeight(node);
  Change change;
  change.kind = ChangeKind::Smoothing;
  change.bytes = 0;
  ValueRange range{0, 0};
  for (int64_t row = 0; row < rows; ++row) {
    const ChannelRange &channel = edge.values.channels[row];
    float largestWeight = 0, largest = std::max(std::fabs(channel.min), std::fabs(channel.max));
    for (float value : ArrayRef<float>(reals).slice(row * weight.channels, weight.channels))
      largestWeight = std::max(largestWeight, std::fabs(value));
    float divisor = std::isfinite(largest) && largest > 0 && largestWeight > 0
                        ? std::sqrt(largest / largestWeight)
                        : 1.0f;
    change.divisors.push_back(divisor);
    for (float &value : MutableArrayRef<float>(reals).slice(row * weight.channels, weight.channels))
      value *= divisor;
    if (std::isfinite(largest)) {
      range.min = std::min(range.min, channel.min / divisor);
      range.max = std::max(range.max, channel.max / divisor);
    }
  }
  change.weight = codePerChannel(reals, weight, weight.facts.bits);
  change.ranges = {{0, withRange(*edge.quantizer, range)}};
  return change;
}

static std::vector<float> codeInGroups(ArrayRef<float> weight, const WeightStatistics &layout) {
  GroupLayout groups{layout.elements / layout.channels, layout.channels, kTriedGroupSize};
  GroupFormat format{layout.facts.bits, /*isSymmetric=*/true};
  return dequantizeGroups(quantizeGroups(weight, groups, format), groups);
}

static void proposeForWeight(const ComparedNode &node, const WeightStatistics &weight,
                             std::vector<Change> &changes) {
  int64_t codesBytes = weight.elements * (weight.facts.bits <= 4 ? 4 : 8) / 8;
  if (weight.facts.bits < 8)
    changes.push_back(proposeWeight(ChangeKind::EightBits, codePerChannel(readFloatWeight(node), weight, 8),
                                    weight.elements - codesBytes));
  if (weight.facts.perTensor && weight.channels > 1)
    changes.push_back(proposeWeight(ChangeKind::PerChannel,
                                    codePerChannel(readFloatWeight(node), weight, weight.facts.bits),
                                    (weight.channels - 1) * int64_t(sizeof(float))));
  int64_t rows = weight.elements / std::max<int64_t>(weight.channels, 1);
  if (isMatrixProduct(node) && weight.axis == 1 && !weight.groupSize && rows > kTriedGroupSize)
    changes.push_back(proposeWeight(ChangeKind::Groups, codeInGroups(readFloatWeight(node), weight),
                                    (rows / kTriedGroupSize - 1) * weight.channels * int64_t(sizeof(float))));
}

std::vector<Change> proposeChanges(const ComparedModel &model, const Measurement &measured, size_t number,
                                   Cause cause, const std::optional<WeightStatistics> &weight) {
  const ComparedNode &node = model.getNodes()[number];
  std::vector<Change> changes;
  if (cause == Cause::None)
    return changes;
  Change &leave = changes.emplace_back();
  leave.bytes = weight ? weight->floatBytes - weight->bytes : 0;
  auto add = [&](std::optional<Change> change) {
    if (change)
      changes.push_back(std::move(*change));
  };
  switch (cause) {
  case Cause::Clipping:
  case Cause::Saturation:
    add(proposeRange(ChangeKind::WiderRange, node.edges, measured));
    break;
  case Cause::OutlierChannel:
    if (weight)
      add(proposeSmoothing(model, measured, node, *weight));
    [[fallthrough]];
  case Cause::WastedRange:
  case Cause::Rounding:
    add(proposeRange(ChangeKind::NarrowerRange, node.edges, measured));
    break;
  case Cause::WeightRounding:
  case Cause::WeightRange:
    if (weight)
      proposeForWeight(node, *weight, changes);
    break;
  case Cause::None:
    break;
  }
  for (Change &change : changes)
    change.node = number;
  return changes;
}

std::string describe(const Change &change, const ComparedNode &node) {
  auto ranges = [&] {
    std::string text;
    for (auto [operand, quantizer] : change.ranges) {
      llvm::raw_string_ostream(text) << (text.empty() ? "" : " and ")
                                     << llvm::format("[%.4g, %.4g]",
                                                     double(quantizer.dequantize(quantizer.codes.lowest)),
                                                     double(quantizer.dequantize(quantizer.codes.highest)));
    }
    return text;
  };
  switch (change.kind) {
  case ChangeKind::Float:
    return "leave it float";
  case ChangeKind::WiderRange:
    return "codes for the whole range, " + ranges();
  case ChangeKind::NarrowerRange:
    return "codes for the range of least squared error, " + ranges();
  case ChangeKind::Smoothing:
    return "smooth the channels of the activation into the weight";
  case ChangeKind::EightBits:
    return "8 bits for this weight";
  case ChangeKind::PerChannel:
    return "a scale for each channel of the weight";
  case ChangeKind::Groups:
    return "a scale for each 32 rows of the weight";
  }
  llvm_unreachable("every change has a text");
}

/// `name` as a regular expression of a recipe or --exclude that matches it alone.
static std::string quoteName(StringRef name) {
  std::string quoted = "^";
  for (char c : name) {
    if (StringRef(R"(\^$.|?*+()[]{})").contains(c))
      quoted += '\\';
    quoted += c;
  }
  return quoted + "$";
}

std::string howTo(const Change &change, const ComparedNode &node) {
  switch (change.kind) {
  case ChangeKind::Float:
    return "--exclude='" + quoteName(node.name) + "'";
  case ChangeKind::WiderRange:
    return "--observer=min-max";
  case ChangeKind::NarrowerRange:
    return "--observer=mse";
  case ChangeKind::Smoothing:
    return "--method=smoothquant";
  case ChangeKind::EightBits:
    return "recipe: - {match: {name: '" + quoteName(node.name) + "'}, weights: {bits: 8}}";
  case ChangeKind::PerChannel:
    return "--weight-granularity=channel";
  case ChangeKind::Groups:
    return "recipe: - {match: {name: '" + quoteName(node.name) +
           "'}, weights: {granularity: group, group-size: 32}}";
  }
  llvm_unreachable("every change has a flag");
}

} // namespace quern
