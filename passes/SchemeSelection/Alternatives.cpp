// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/SchemeSelection/Alternatives.h"

#include "passes/ChannelReparameterization/Reparameterization.h"

#include <cmath>

using namespace mlir;

namespace quern {

static constexpr int kLeastPercent = 50, kMostPercent = 120;

int64_t wantedZeroPoint(RealRange range, CodeRange codes) {
  double scale = (range.max - range.min) / codes.steps();
  return scale > 0 ? codes.lowest + std::llrint(-range.min / scale) : codes.lowest;
}

static int32_t middleOf(CodeRange codes) { return (codes.lowest + codes.highest + 1) / 2; }

/// One scale, with 0 at `zeroPoint`, that holds the range.
static Quantizer holdAll(RealRange range, CodeRange codes, int32_t zeroPoint) {
  double above = codes.highest - zeroPoint, below = zeroPoint - codes.lowest;
  double scale = std::max(above > 0 ? range.max / above : 0, below > 0 ? -range.min / below : 0);
  return {scale > 0 ? exactScale(scale) : 1.0f, zeroPoint, codes};
}

std::optional<CodedMap> makeAlternative(Alternative alternative, RealRange range, ArrayRef<RealRange> ranges,
                                        double factor, CodeRange codes) {
  RealRange whole{std::min(range.min, 0.0) * factor, std::max(range.max, 0.0) * factor};
  switch (alternative) {
  case Alternative::LayerSymmetric: {
    double reach = std::max(-whole.min, whole.max);
    Quantizer quantizer = holdAll({-reach, reach}, {codes.lowest + 1, codes.highest}, middleOf(codes));
    quantizer.codes = codes;
    return CodedMap{ChannelMap::identity(ranges.size()), quantizer};
  }
  case Alternative::LayerAsymmetric: {
    int64_t zeroPoint = std::clamp<int64_t>(wantedZeroPoint(whole, codes), codes.lowest, codes.highest);
    double step = (whole.max - whole.min) / codes.steps();
    return CodedMap{ChannelMap::identity(ranges.size()),
                    {step > 0 ? exactScale(step) : 1.0f, int32_t(zeroPoint), codes}};
  }
  case Alternative::ChannelSymmetric:
  case Alternative::ChannelAsymmetric: {
    std::vector<ChannelQuantizer> channels;
    if (alternative == Alternative::ChannelAsymmetric) {
      channels = quantizeChannels(narrow(ranges, factor, std::numeric_limits<double>::infinity()), codes);
    } else {
      std::vector<RealRange> reaches;
      for (RealRange own : ranges) {
        double reach = factor * std::max(std::abs(own.min), std::abs(own.max));
        reaches.push_back({-reach, reach});
      }
      channels = quantizeChannelsAlike(reaches, {codes.lowest + 1, codes.highest}, middleOf(codes));
    }
    return channels.empty() ? std::nullopt : std::optional(reparameterize(channels, codes));
  }
  }
  llvm_unreachable("every alternative is made");
}

double considerAlternative(Alternative alternative, RealRange range, ArrayRef<RealRange> ranges,
                           CodeRange codes, CodedSearch &search) {
  std::map<int, double> errors; // by percent
  auto tryPercent = [&](int percent) {
    if (percent < kLeastPercent || percent > kMostPercent || errors.contains(percent))
      return;
    std::optional<CodedMap> coded = makeAlternative(alternative, range, ranges, percent / 100.0, codes);
    errors[percent] = coded ? search.consider(*coded) : std::numeric_limits<double>::infinity();
  };
  auto best = [&] { return llvm::min_element(errors, [](auto &a, auto &b) { return a.second < b.second; }); };
  for (int percent = kLeastPercent; percent <= kMostPercent; percent += 10)
    tryPercent(percent);
  for (int stride : {3, 1})
    for (int centre = best()->first, step = -3; step <= 3; ++step)
      tryPercent(centre + step * stride);
  return best()->second;
}

} // namespace quern
