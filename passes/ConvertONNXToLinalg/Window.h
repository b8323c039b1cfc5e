// The sliding windows of convolution and pooling.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "passes/ConvertONNXToLinalg/Lowering.h"

#include <optional>

namespace quern::structure {

/// Window position o of dimension i reads the padded input at o * stride + k * dilation for k < kernel.
struct Window {
  SmallVector<int64_t> kernel, strides, dilations;
  SmallVector<int64_t> low, high;     ///< the padding that the model states
  SmallVector<int64_t> input, output; ///< extents without padding, number of positions
  int64_t rank() const { return kernel.size(); }
  /// Padding behind dimension i that the windows reach: less or more than `high` (a ceiled number of
  /// positions).
  int64_t reachedHigh(int64_t i) const;
};

/// The attributes that ops with windows share, as the model states them.
struct WindowAttributes {
  llvm::StringRef autoPad;
  std::optional<ArrayRef<int64_t>> strides, dilations, pads;
};

/// Works out the padding for `input` extents that give `output` positions. Refuses windows that do not fit.
FailureOr<Window> analyzeWindow(Emitter &b, const WindowAttributes &attributes, ArrayRef<int64_t> kernel,
                                ArrayRef<int64_t> input, ArrayRef<int64_t> output);

/// `image` (batch, channel, spatial...) padded with `fill` as far as the windows reach.
Value padForWindow(ImplicitLocOpBuilder &b, Value image, const Window &window, Value fill);

} // namespace quern::structure
