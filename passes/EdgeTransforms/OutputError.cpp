// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/OutputError.h"

#include "lib/Numerics/GroupQuantizer.h"
#include "lib/Numerics/MatrixProduct.h"
#include "passes/QuantizationAnalysis/ActivationQuantizer.h"

#include "mlir/IR/Threading.h"

using namespace mlir;

namespace quern {

/// Calls visit(row, column, value) for the elements of a block.
template <typename Visit>
static void forEachOfBlock(const MatrixProduct &product, int64_t block, Visit visit) {
  std::vector<float> values = product.computeBlock(block);
  int64_t width = product.widthOf(block), first = block * MatrixProduct::kColumnsOfBlock;
  for (int64_t row = 0; row < product.rows; ++row)
    for (int64_t j = 0; j < width; ++j)
      visit(row, first + j, values[row * width + j]);
}

std::optional<std::vector<float>> readMatrix(const Edge &edge, const EdgeConsumer &consumer) {
  auto type = cast<RankedTensorType>(consumer.weight().getType());
  if (edge.axis + 1 != cast<RankedTensorType>(edge.value.getType()).getRank() || type.getRank() != 2 ||
      consumer.absorption.groups != 1)
    return std::nullopt;
  int64_t outputs = countOutputs(consumer);
  std::vector<float> weight(edge.channels * outputs);
  forEachWeight(consumer, [&](int64_t, int64_t output, int64_t channel, double value) {
    weight[channel * outputs + output] = float(value);
  });
  return weight;
}

std::optional<OutputError> OutputError::create(const Edge &edge, ActivationRows rows, PrecisionAttr precision,
                                               ObserverOptions observer) {
  if (rows.count == 0 || rows.width != edge.channels || !precision.getWeights())
    return std::nullopt;
  OutputError error(std::move(rows), precision, observer, edge.value.getContext());
  for (const EdgeConsumer &edgeConsumer : edge.consumers) {
    std::optional<std::vector<float>> weight = readMatrix(edge, edgeConsumer);
    if (!weight)
      return std::nullopt;
    Consumer &consumer = error.consumers.emplace_back();
    consumer.outputs = countOutputs(edgeConsumer);
    consumer.weight = std::move(*weight);
    consumer.product.resize(error.rows.count * consumer.outputs);
    MatrixProduct product{error.rows.values, consumer.weight, error.rows.count, edge.channels,
                          consumer.outputs};
    parallelFor(error.context, 0, product.blocks(), [&](size_t block) {
      forEachOfBlock(product, block, [&](int64_t row, int64_t column, float value) {
        consumer.product[row * consumer.outputs + column] = value;
      });
    });
  }
  return error;
}

std::vector<float> OutputError::quantizedRows(const ChannelMap &map, const Quantizer *given) const {
  ActivationRows mapped = rows.mapped(map);
  QuantizerAttr activations = precision.getActivations();
  if (!activations)
    return std::move(mapped.values);
  Quantizer quantizer{};
  if (given) {
    quantizer = *given;
  } else {
    std::optional<ValueRange> range = chooseRange(mapped.statistics(), observer);
    quantizer = chooseActivationQuantizer(activations, range->min, range->max);
  }
  quantizer.roundTrip(mapped.values);
  return std::move(mapped.values);
}

std::vector<float> OutputError::quantizedWeight(const Consumer &consumer, const ChannelMap &map) const {
  std::vector<float> scaled(consumer.weight);
  for (int64_t c = 0; c < rows.width; ++c)
    for (int64_t o = 0; o < consumer.outputs; ++o)
      scaled[c * consumer.outputs + o] *= float(map.scale[c]);
  GranularityAttr granularity = precision.getWeights().getGranularity();
  GroupFormat format{precision.getWeights().getFormat().getBits(),
                     precision.getWeights().getScheme() == Scheme::Symmetric};
  GroupLayout layout{rows.width, consumer.outputs, rows.width};
  if (granularity.getKind() == GranularityKind::Group)
    layout.groupSize = std::min(rows.width, granularity.getGroupSize());
  if (granularity.getKind() == GranularityKind::Tensor)
    layout = {int64_t(scaled.size()), 1, int64_t(scaled.size())};
  return dequantizeGroups(quantizeGroups(scaled, layout, format), layout);
}

double OutputError::of(const ChannelMap &map) const { return measure(map, nullptr); }

double OutputError::of(const ChannelMap &map, const Quantizer &activations) const {
  return measure(map, &activations);
}

double OutputError::measure(const ChannelMap &map, const Quantizer *given) const {
  std::vector<float> activations;
  std::vector<std::vector<float>> weights(consumers.size());
  parallelFor(context, 0, consumers.size() + 1, [&](size_t task) {
    if (task == consumers.size())
      activations = quantizedRows(map, given);
    else
      weights[task] = quantizedWeight(consumers[task], map);
  });
  double sum = 0;
  for (auto [consumer, weight] : llvm::zip_equal(consumers, weights)) {
    std::vector<double> addend(consumer.outputs, 0);
    for (int64_t c = 0; map.isShifted() && c < rows.width; ++c)
      for (int64_t o = 0; o < consumer.outputs; ++o)
        addend[o] += map.shift[c] * double(consumer.weight[c * consumer.outputs + o]);
    MatrixProduct product{activations, weight, rows.count, rows.width, consumer.outputs};
    std::vector<double> sums(product.blocks(), 0);
    parallelFor(context, 0, product.blocks(), [&](size_t block) {
      forEachOfBlock(product, block, [&](int64_t row, int64_t column, float value) {
        double error =
            double(value) + addend[column] - double(consumer.product[row * consumer.outputs + column]);
        sums[block] += error * error;
      });
    });
    sum += std::accumulate(sums.begin(), sums.end(), 0.0);
  }
  return sum;
}

} // namespace quern
