// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/EdgeTransforms/QuantizationLoss.h"

#include <cmath>

using namespace mlir;

namespace quern {

QuantizationLoss::QuantizationLoss(const Edge &edge, ChannelRangesAttr ranges, QuantizationLevels levels)
    : ranges(ranges), levels(levels) {
  for (const EdgeConsumer &edgeConsumer : edge.consumers) {
    Consumer &consumer = consumers.emplace_back();
    consumer.outputs = countOutputs(edgeConsumer);
    consumer.groups = edgeConsumer.absorption.groups;
    consumer.squares.assign(edge.channels, 0);
    forEachWeight(edgeConsumer, [&](int64_t, int64_t output, int64_t channel, double value) {
      consumer.weights.push_back({output, channel, std::abs(value)});
      consumer.squares[channel] += value * value;
    });
  }
}

double QuantizationLoss::stepOfActivations(const ChannelMap &map) const {
  double lowest = 0, highest = 0;
  for (int64_t c = 0; c < map.channels(); ++c) {
    lowest = std::min(lowest, (ranges.getMinima()[c] - map.shift[c]) / map.scale[c]);
    highest = std::max(highest, (ranges.getMaxima()[c] - map.shift[c]) / map.scale[c]);
  }
  return (highest - lowest) / levels.activations;
}

/// E[((x - z) / s)^2] of one channel.
static double powerOf(double low, double high, double scale, double shift) {
  double middle = (low + high) / 2 - shift, deviation = (high - low) / 6;
  return (middle * middle + deviation * deviation) / (scale * scale);
}

double QuantizationLoss::of(const ChannelMap &map) const {
  double step = stepOfActivations(map), loss = 0;
  for (const Consumer &consumer : consumers) {
    std::vector<double> power(consumer.groups, 0), largest(consumer.outputs, 0);
    for (int64_t c = 0; c < map.channels(); ++c) {
      power[c * consumer.groups / map.channels()] +=
          powerOf(ranges.getMinima()[c], ranges.getMaxima()[c], map.scale[c], map.shift[c]);
      loss += step * step * consumer.squares[c] * map.scale[c] * map.scale[c];
    }
    for (const Weight &weight : consumer.weights)
      largest[weight.output] = std::max(largest[weight.output], weight.magnitude * map.scale[weight.channel]);
    for (int64_t o = 0; o < consumer.outputs; ++o)
      loss += std::pow(largest[o] / levels.weights, 2) * power[o * consumer.groups / consumer.outputs];
  }
  return loss / 12;
}

} // namespace quern
