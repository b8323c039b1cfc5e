// Resampling along one axis, worked out at compile time: which input elements make an output element.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>

namespace quern::structure {

/// The attributes of Resize that decide the taps, spelled as ONNX spells them.
struct Resampling {
  llvm::StringRef mode, coordinates, nearest;
  double cubicCoefficient = -0.75;
  bool excludeOutside = false, antialias = false;
};

/// Output element j is the sum over t of weight[t][j] * input[index[t][j]]; where outside[j], it is another
/// value.
struct Taps {
  llvm::SmallVector<llvm::SmallVector<int64_t>> index;
  llvm::SmallVector<llvm::SmallVector<float>> weight;
  llvm::SmallVector<bool> outside;
};

/// The taps that resample `input` elements to `output` ones. `scale` is output / input before rounding to
/// whole elements; [roiStart, roiEnd] matters for tf_crop_and_resize.
Taps computeTaps(const Resampling &resampling, int64_t input, int64_t output, double scale, double roiStart,
                 double roiEnd);

} // namespace quern::structure
