// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Numerics/TensorStatistics.h"

#include <algorithm>
#include <cmath>

namespace quern {

static void widen(ChannelRange &range, float min, float max) {
  range.min = std::min(range.min, min);
  range.max = std::max(range.max, max);
}

/// Which of the zeros is the smaller is a matter of order; statistics hold the positive one.
static float withoutNegativeZero(float value) { return value + 0.0f; }

static std::vector<ChannelRange> findChannelRanges(std::span<const float> values, int64_t channelCount,
                                                   int64_t inner) {
  std::vector<ChannelRange> ranges(channelCount);
  for (size_t begin = 0, channel = 0; begin < values.size();
       begin += inner, channel = (channel + 1) % channelCount)
    for (float value : values.subspan(begin, inner))
      if (std::isfinite(value))
        widen(ranges[channel], withoutNegativeZero(value), withoutNegativeZero(value));
  return ranges;
}

static void mergeChannels(TensorStatistics &into, const std::vector<ChannelRange> &ranges) {
  if (into.samples != 0 && into.channels.size() != ranges.size())
    into.channelsDiffer = true;
  if (into.channelsDiffer) {
    into.channels.clear();
    return;
  }
  into.channels.resize(ranges.size());
  for (size_t i = 0; i < ranges.size(); ++i)
    widen(into.channels[i], ranges[i].min, ranges[i].max);
}

void TensorStatistics::add(std::span<const float> values, int64_t channelCount, int64_t inner) {
  auto isFinite = [](float value) { return std::isfinite(value); };
  std::vector<float> kept;
  std::span<const float> finite = values;
  if (!std::ranges::all_of(values, isFinite)) {
    std::ranges::copy_if(values, std::back_inserter(kept), isFinite);
    finite = kept;
  }
  nonFinite += static_cast<int64_t>(values.size() - finite.size());
  if (finite.empty())
    return;

  auto [smallest, largest] = std::ranges::minmax(finite);
  smallest = withoutNegativeZero(smallest);
  largest = withoutNegativeZero(largest);
  min = std::min(min, smallest);
  max = std::max(max, largest);
  sumOfMinima.add(smallest);
  sumOfMaxima.add(largest);
  histogram.add(finite);
  bool keepChannels = channelCount > 0 && channelCount <= kLargestChannelCount;
  mergeChannels(*this,
                keepChannels ? findChannelRanges(values, channelCount, inner) : std::vector<ChannelRange>());
  ++samples;
}

void TensorStatistics::merge(const TensorStatistics &other) {
  nonFinite += other.nonFinite;
  if (other.samples == 0)
    return;
  min = std::min(min, other.min);
  max = std::max(max, other.max);
  sumOfMinima.merge(other.sumOfMinima);
  sumOfMaxima.merge(other.sumOfMaxima);
  histogram.merge(other.histogram);
  channelsDiffer |= other.channelsDiffer;
  mergeChannels(*this, other.channels);
  samples += other.samples;
}

std::string TensorStatistics::findInconsistency() const {
  if (samples < 0 || nonFinite < 0)
    return "a count is negative";
  if (samples == 0)
    return getCount() == 0 && channels.empty() ? "" : "there are values but no samples";
  if (!std::isfinite(min) || !std::isfinite(max) || min > max)
    return "min and max are not finite and ordered";
  if (getCount() < samples)
    return "there are fewer values than samples";
  double averageMin = sumOfMinima.toDouble() / samples, averageMax = sumOfMaxima.toDouble() / samples;
  if (averageMin < min || averageMax > max || averageMin > averageMax)
    return "the average extremes are outside the extremes";
  float magnitude = std::max(std::fabs(min), std::fabs(max));
  auto [first, last] = histogram.getOccupiedBins();
  if (magnitude == 0)
    return first == last ? "" : "the histogram has values beyond min and max";
  double perBin = 1 / histogram.getBinWidth();
  if (first == last || histogram.getExponent() != Histogram::exponentFor(magnitude) ||
      (min != 0 && std::floor(min * perBin) != first && min < 0) ||
      (max != 0 && std::floor(max * perBin) != last - 1 && max > 0))
    return "the histogram does not fit min and max";
  for (const ChannelRange &channel : channels)
    if (!(channel.min > channel.max) && (channel.min < min || channel.max > max))
      return "a channel's range is outside the tensor's";
  return "";
}

} // namespace quern
