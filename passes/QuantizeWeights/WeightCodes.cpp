// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/QuantizeWeights/WeightCodes.h"

#include "lib/Numerics/Requantize.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace quern {

/// The channel of the weight's scales that a column of the bias belongs to.
static int64_t scaleOfColumn(const WeightProblem &problem, int64_t column) {
  return problem.layout.channels == 1 ? 0 : column;
}

static llvm::SmallVector<Quantizer> chooseQuantizers(const WeightProblem &problem) {
  int64_t channels = problem.layout.channels;
  llvm::SmallVector<float> minima(channels, 0.0f), maxima(channels, 0.0f), least(channels, 0.0f);
  for (auto [i, value] : llvm::enumerate(problem.weight)) {
    int64_t channel = problem.layout.channelOf(i);
    minima[channel] = std::min(minima[channel], value);
    maxima[channel] = std::max(maxima[channel], value);
  }
  for (auto [i, value] : llvm::enumerate(problem.bias)) {
    float &scale = least[scaleOfColumn(problem, i % problem.biasChannels)];
    scale = std::max(scale, smallestWeightScale(value, problem.activations.scale));
  }
  llvm::SmallVector<Quantizer> quantizers;
  for (int64_t channel = 0; channel < channels; ++channel)
    quantizers.push_back(problem.format.choose(minima[channel], maxima[channel], least[channel]));
  return quantizers;
}

llvm::SmallVector<int32_t> quantizeBias(const WeightProblem &problem, llvm::ArrayRef<float> scales) {
  llvm::SmallVector<int32_t> codes;
  for (auto [i, value] : llvm::enumerate(problem.bias))
    codes.push_back(quantizeBias(value, problem.activations.scale,
                                 scales[scaleOfColumn(problem, i % problem.biasChannels)]));
  return codes;
}

WeightCodes quantizeWeight(const WeightProblem &problem) {
  WeightCodes codes;
  codes.quantizers = chooseQuantizers(problem);
  codes.weight.reserve(problem.weight.size());
  for (auto [i, value] : llvm::enumerate(problem.weight))
    codes.weight.push_back(int16_t(codes.quantizers[problem.layout.channelOf(i)].quantize(value)));
  codes.bias = quantizeBias(problem, codes.scales());
  return codes;
}

int64_t largestAccumulator(const WeightProblem &problem, const WeightLayout &channels,
                           const WeightCodes &codes) {
  llvm::SmallVector<int64_t> sums(channels.channels, 0);
  for (auto [i, code] : llvm::enumerate(codes.weight))
    sums[channels.channelOf(i)] +=
        std::abs(int64_t(code) - codes.quantizers[problem.layout.channelOf(i)].zeroPoint);
  llvm::SmallVector<int32_t> biases(channels.channels, 0);
  for (auto [i, code] : llvm::enumerate(codes.bias)) {
    int32_t &bias = biases[i % channels.channels];
    bias = std::max(bias, std::abs(code));
  }
  int64_t largest = 0;
  for (auto [sum, bias] : llvm::zip(sums, biases))
    largest = std::max(
        largest, largestAccumulator(problem.activations.codes, problem.activations.zeroPoint, sum, bias));
  return largest;
}

} // namespace quern
