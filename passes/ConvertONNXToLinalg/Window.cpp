// The sliding windows of convolution and pooling.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertONNXToLinalg/Window.h"

using namespace mlir;

namespace quern::structure {

int64_t Window::reachedHigh(int64_t i) const {
  int64_t reached = (output[i] - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1;
  return std::max<int64_t>(reached - low[i] - input[i], 0);
}

/// Fills the padding of auto_pad = SAME_UPPER or SAME_LOWER: the odd element goes behind or before.
static void padToSame(Window &window, bool oddBehind) {
  for (int64_t i = 0; i < window.rank(); ++i) {
    int64_t positions = llvm::divideCeil(window.input[i], window.strides[i]);
    int64_t reached = (positions - 1) * window.strides[i] + (window.kernel[i] - 1) * window.dilations[i] + 1;
    int64_t total = std::max<int64_t>(reached - window.input[i], 0);
    window.low.push_back(oddBehind ? total / 2 : total - total / 2);
    window.high.push_back(total - window.low.back());
  }
}

FailureOr<Window> analyzeWindow(Emitter &b, const WindowAttributes &attributes, ArrayRef<int64_t> kernel,
                                ArrayRef<int64_t> input, ArrayRef<int64_t> output) {
  size_t rank = kernel.size();
  Window window;
  window.kernel.assign(kernel.begin(), kernel.end());
  window.input.assign(input.begin(), input.end());
  window.output.assign(output.begin(), output.end());
  window.strides = attributes.strides ? llvm::to_vector(*attributes.strides) : SmallVector<int64_t>(rank, 1);
  window.dilations =
      attributes.dilations ? llvm::to_vector(*attributes.dilations) : SmallVector<int64_t>(rank, 1);
  auto isPositive = [](int64_t n) { return n > 0; };
  if (input.size() != rank || output.size() != rank || window.strides.size() != rank ||
      window.dilations.size() != rank)
    return b.refuse("expected one kernel extent, stride and dilation for each spatial dimension");
  if (!llvm::all_of(window.kernel, isPositive) || !llvm::all_of(window.strides, isPositive) ||
      !llvm::all_of(window.dilations, isPositive) || !llvm::all_of(window.output, isPositive))
    return b.refuse("expected positive kernel extents, strides, dilations and a result that is not empty");

  if (attributes.autoPad == "SAME_UPPER" || attributes.autoPad == "SAME_LOWER") {
    padToSame(window, attributes.autoPad == "SAME_UPPER");
  } else if (attributes.autoPad == "VALID" || !attributes.pads) {
    window.low.assign(rank, 0);
    window.high.assign(rank, 0);
  } else {
    if (attributes.pads->size() != 2 * rank)
      return b.refuse("expected pads to state a beginning and an end for each spatial dimension");
    window.low = llvm::to_vector(attributes.pads->take_front(rank));
    window.high = llvm::to_vector(attributes.pads->take_back(rank));
  }
  for (size_t i = 0; i < rank; ++i) {
    if (window.low[i] < 0 || window.high[i] < 0)
      return b.refuse("expected pads that are not negative");
    // A ceiled number of positions may reach beyond the padding, but its last window starts within.
    if ((window.output[i] - 1) * window.strides[i] >= window.input[i] + window.low[i] + window.high[i])
      return b.refuse("expected windows that start inside of the padded input");
  }
  return window;
}

Value padForWindow(ImplicitLocOpBuilder &b, Value image, const Window &window, Value fill) {
  SmallVector<int64_t> low{0, 0}, high{0, 0};
  low.append(window.low);
  for (int64_t i = 0; i < window.rank(); ++i)
    high.push_back(window.reachedHigh(i));
  return pad(b, image, low, high, fill);
}

} // namespace quern::structure
