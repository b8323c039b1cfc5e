// The error that quantization causes behind an edge, estimated from ranges.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/Quern/IR/QuernAttributes.h"
#include "passes/EdgeTransforms/Edges.h"

namespace quern {

/// Codes between 0 and the largest one, of activations; largest magnitude of a weight's codes.
struct QuantizationLevels {
  double activations = 255;
  double weights = 127;
};

/// The expected squared error of the outputs of an edge's consumers, for any map of its channels.
///
/// Rounding to steps d adds noise of variance d^2 / 12 that is independent of everything else. With one step
/// d_x for the activations and one step d_o for each row of the weight, the error of row o is
///
///     d_x^2 / 12 * sum_j (s_j W_oj)^2  +  d_o^2 / 12 * sum_j E[((x_j - z_j) / s_j)^2]
///
/// where d_x = (range of all transformed channels, 0 included) / 255 and d_o = max_j |s_j W_oj| / 127. E
/// comes from the channel's range [l, h], as of a distribution that reaches three standard deviations from
/// its middle: (m - z)^2 + ((h - l) / 6)^2, m = (l + h) / 2.
class QuantizationLoss {
public:
  QuantizationLoss(const Edge &edge, ChannelRangesAttr ranges, QuantizationLevels levels = {});

  double of(const ChannelMap &map) const;

private:
  struct Weight {
    int64_t output, channel;
    double magnitude;
  };
  double stepOfActivations(const ChannelMap &map) const;

  ChannelRangesAttr ranges;
  QuantizationLevels levels;
  struct Consumer {
    int64_t outputs, groups;
    std::vector<Weight> weights;
    std::vector<double> squares; ///< of each channel: the sum of squares
  };
  std::vector<Consumer> consumers;
};

} // namespace quern
