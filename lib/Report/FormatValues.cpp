// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Report/FormatValues.h"

#include <algorithm>
#include <cmath>

namespace quern {

/// {"low", "step", "counts"}: neighbouring bins are added up until there are few enough. Zeros, which many
/// activations mostly are, are counted apart.
static llvm::json::Value formatHistogram(const Histogram &histogram) {
  auto [first, end] = histogram.getOccupiedBins();
  int64_t width = std::max<int64_t>((end - first + kPlottedBins - 1) / kPlottedBins, 1);
  llvm::json::Array counts;
  for (int64_t bin = first; bin < end; bin += width) {
    int64_t sum = 0;
    for (int64_t one = bin; one < std::min<int64_t>(bin + width, end); ++one)
      sum += histogram.getCount(int(one));
    counts.push_back(sum);
  }
  double step = first < end ? histogram.getBinWidth() : 0;
  return llvm::json::Object{{"low", first < end ? double(first) * step : 0},
                            {"step", double(width) * step},
                            {"counts", std::move(counts)},
                            {"zeros", histogram.getZeros()}};
}

/// {"count", "per_bar", "min", "max"}: neighbouring channels share a bar where there are many.
static llvm::json::Value formatChannels(llvm::ArrayRef<ChannelRange> channels) {
  int64_t count = int64_t(channels.size());
  int64_t perBar = std::max<int64_t>((count + kPlottedChannels - 1) / kPlottedChannels, 1);
  llvm::json::Array minima, maxima;
  for (int64_t begin = 0; begin < count; begin += perBar) {
    ChannelRange range;
    for (const ChannelRange &channel : channels.slice(begin, std::min(perBar, count - begin))) {
      range.min = std::min(range.min, channel.min);
      range.max = std::max(range.max, channel.max);
    }
    bool isSeen = range.min <= range.max;
    minima.push_back(isSeen ? range.min : 0);
    maxima.push_back(isSeen ? range.max : 0);
  }
  return llvm::json::Object{
      {"count", count}, {"per_bar", perBar}, {"min", std::move(minima)}, {"max", std::move(maxima)}};
}

static void addDistribution(llvm::json::Object &object, const TensorStatistics &values) {
  if (values.getCount() == 0)
    return;
  object["min"] = values.min;
  object["max"] = values.max;
  object["histogram"] = formatHistogram(values.histogram);
  if (values.channels.size() < 2)
    return;
  object["channels"] = formatChannels(values.channels);
  OutlierChannel outlier = findOutlier(values.channels);
  object["outlier"] = llvm::json::Object{{"channel", outlier.channel}, {"ratio", outlier.ratio}};
}

llvm::json::Value formatEdge(const ComparedEdge &edge, const EdgeStatistics &statistics) {
  llvm::json::Object object{{"name", llvm::json::fixUTF8(edge.name)},
                            {"elements", statistics.values.getCount()}};
  addDistribution(object, statistics.values);
  if (const std::optional<Quantizer> &quantizer = statistics.quantizer) {
    object["scale"] = quantizer->scale;
    object["zero_point"] = quantizer->zeroPoint;
    object["codes"] = llvm::json::Array{quantizer->codes.lowest, quantizer->codes.highest};
    object["limits"] = llvm::json::Array{quantizer->dequantize(quantizer->codes.lowest),
                                         quantizer->dequantize(quantizer->codes.highest)};
    object["clipped"] = statistics.clipped;
    object["clipping_error"] = statistics.clippingError;
    object["saturation_error"] = statistics.driftError;
    object["rounding_error"] = statistics.roundingError;
    object["used"] = statistics.usedRange();
  }
  return object;
}

llvm::json::Value formatWeight(const WeightStatistics &weight) {
  llvm::json::Object object{{"bits", weight.facts.bits},
                            {"granularity", weight.granularity()},
                            {"elements", weight.elements},
                            {"bytes", weight.bytes},
                            {"float_bytes", weight.floatBytes}};
  addDistribution(object, weight.values);
  return object;
}

} // namespace quern
