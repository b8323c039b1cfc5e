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

static llvm::SmallVector<float> chooseScales(const WeightProblem &problem) {
  llvm::SmallVector<float> magnitudes(problem.layout.channels, 0.0f), scales;
  for (auto [i, value] : llvm::enumerate(problem.weight)) {
    float &magnitude = magnitudes[problem.layout.channelOf(i)];
    magnitude = std::max(magnitude, std::abs(value));
  }
  for (float magnitude : magnitudes)
    scales.push_back(chooseSymmetric(magnitude, CodeRange::symmetricBits(problem.bits)).scale);
  for (auto [i, value] : llvm::enumerate(problem.bias)) {
    float &scale = scales[scaleOfColumn(problem, i % problem.biasChannels)];
    scale = std::max(scale, smallestWeightScale(value, problem.activations.scale));
  }
  return scales;
}

WeightCodes quantizeWeight(const WeightProblem &problem) {
  WeightCodes codes;
  codes.scales = chooseScales(problem);
  codes.weight.reserve(problem.weight.size());
  for (auto [i, value] : llvm::enumerate(problem.weight)) {
    Quantizer quantizer{codes.scales[problem.layout.channelOf(i)], 0, CodeRange::symmetricBits(problem.bits)};
    codes.weight.push_back(int8_t(quantizer.quantize(value)));
  }
  for (auto [i, value] : llvm::enumerate(problem.bias)) {
    float scale = codes.scales[scaleOfColumn(problem, i % problem.biasChannels)];
    codes.bias.push_back(quantizeBias(value, problem.activations.scale, scale));
  }
  return codes;
}

int64_t largestAccumulator(const WeightProblem &problem, const WeightLayout &channels,
                           const WeightCodes &codes) {
  llvm::SmallVector<int64_t> sums(channels.channels, 0);
  for (auto [i, code] : llvm::enumerate(codes.weight))
    sums[channels.channelOf(i)] += std::abs(int64_t(code));
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
