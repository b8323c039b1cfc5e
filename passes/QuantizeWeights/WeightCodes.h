// Codes of one contraction's weight and bias: arithmetic on plain arrays.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/GroupQuantizer.h"

#include "llvm/ADT/SmallVector.h"

#include <cstdint>

namespace quern {

/// A row-major weight seen as [outer, channels, inner]; one channel for the whole tensor.
struct WeightLayout {
  int64_t channels, inner;

  int64_t channelOf(int64_t index) const { return (index / inner) % channels; }
};

/// The bias, [rows, channels] in row-major order; empty where there is none.
struct WeightProblem {
  llvm::ArrayRef<float> weight;
  WeightLayout layout;
  llvm::ArrayRef<float> bias;
  int64_t biasChannels; ///< of the op, also where the weight is quantized as one channel
  Quantizer activations;
  GroupFormat format;
};

struct WeightCodes {
  llvm::SmallVector<Quantizer> quantizers; ///< of the layout's channels
  llvm::SmallVector<int16_t> weight;
  llvm::SmallVector<int32_t> bias;

  llvm::SmallVector<float> scales() const {
    return llvm::map_to_vector(quantizers, [](const Quantizer &quantizer) { return quantizer.scale; });
  }
};

/// The bias of `problem` as codes at f32(activation scale * scale), for the scales of the layout's channels.
llvm::SmallVector<int32_t> quantizeBias(const WeightProblem &problem, llvm::ArrayRef<float> scales);

/// The codes by the formulas of the pass's description.
WeightCodes quantizeWeight(const WeightProblem &problem);

/// The largest magnitude that the accumulator of any of the op's `channels` reaches.
int64_t largestAccumulator(const WeightProblem &problem, const WeightLayout &channels,
                           const WeightCodes &codes);

} // namespace quern
