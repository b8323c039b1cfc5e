// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ChannelReparameterization/Reparameterization.h"

#include <cmath>

using namespace mlir;

namespace quern {

static constexpr double kMostMagnified = 1024;

/// Nothing below a share of the largest scale.
static void raiseScales(std::vector<ChannelQuantizer> &channels) {
  double largest = 0;
  for (const ChannelQuantizer &channel : channels)
    largest = std::max(largest, channel.scale);
  if (largest == 0)
    channels.clear();
  for (ChannelQuantizer &channel : channels)
    channel.scale = std::max(channel.scale, largest / kMostMagnified);
}

std::vector<ChannelQuantizer> quantizeChannels(ArrayRef<RealRange> ranges, CodeRange codes) {
  std::vector<ChannelQuantizer> channels;
  for (RealRange range : ranges)
    channels.push_back({(range.max - range.min) / codes.steps(), 0});
  raiseScales(channels);
  for (auto [channel, range] : llvm::zip(channels, ranges))
    channel.zeroPoint = codes.lowest + std::llrint(-range.min / channel.scale);
  return channels;
}

std::vector<ChannelQuantizer> quantizeChannelsAlike(ArrayRef<RealRange> ranges, CodeRange codes,
                                                    int32_t zeroPoint) {
  double above = codes.highest - zeroPoint, below = zeroPoint - codes.lowest;
  std::vector<ChannelQuantizer> channels;
  for (RealRange range : ranges) {
    double forMax = above > 0 ? range.max / above : 0, forMin = below > 0 ? -range.min / below : 0;
    channels.push_back({std::max({0.0, forMax, forMin}), zeroPoint});
  }
  raiseScales(channels);
  return channels;
}

CodedMap reparameterize(ArrayRef<ChannelQuantizer> channels, CodeRange codes) {
  double scale = 0, zeroPoint = 0;
  for (const ChannelQuantizer &channel : channels) {
    scale += channel.scale / channels.size();
    zeroPoint += double(channel.zeroPoint) / channels.size();
  }
  Quantizer layer{exactScale(scale),
                  int32_t(std::nearbyint(std::clamp<double>(zeroPoint, codes.lowest, codes.highest))), codes};
  CodedMap coded{ChannelMap::identity(channels.size()), layer};
  for (auto [index, channel] : llvm::enumerate(channels)) {
    coded.map.scale[index] = channel.scale / layer.scale;
    coded.map.shift[index] = channel.scale * double(layer.zeroPoint - channel.zeroPoint);
  }
  return coded;
}

std::vector<RealRange> narrow(ArrayRef<RealRange> ranges, double share, double widest) {
  std::vector<RealRange> narrowed;
  for (RealRange range : ranges) {
    double width = range.max - range.min;
    double kept = width > 0 ? std::min(share, widest / width) : 1, middle = (range.min + range.max) / 2;
    narrowed.push_back({middle + kept * (range.min - middle), middle + kept * (range.max - middle)});
  }
  return narrowed;
}

void considerReparameterization(ArrayRef<RealRange> ranges, QuantizerAttr attribute, bool shifted,
                                CodedSearch &search) {
  double mean = 0, square = 0;
  for (RealRange range : ranges) {
    mean += (range.max - range.min) / ranges.size();
    square += std::pow(range.max - range.min, 2) / ranges.size();
  }
  double deviation = std::sqrt(std::max(square - mean * mean, 0.0));
  double unlimited = std::numeric_limits<double>::infinity();
  RealRange all{0, 0};
  for (RealRange range : ranges)
    all = all.unite(range);
  Quantizer common = chooseExact(attribute, all.min, all.max);
  for (double widest : {unlimited, mean + 3 * deviation, mean + 2 * deviation, mean + deviation})
    for (double share : {1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5}) {
      std::vector<RealRange> narrowed = narrow(ranges, share, widest);
      std::vector<ChannelQuantizer> channels =
          shifted ? quantizeChannels(narrowed, common.codes)
                  : quantizeChannelsAlike(narrowed, common.codes, common.zeroPoint);
      if (!channels.empty())
        search.consider(reparameterize(channels, common.codes));
    }
}

} // namespace quern
