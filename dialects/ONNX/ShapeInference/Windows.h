// The window of a convolution or a pool, with ONNX's rules for padding resolved.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include "mlir/IR/Operation.h"

namespace quern::onnx {

/// One entry per spatial dimension; `pads` holds all begins, then all ends.
struct Window {
  llvm::SmallVector<int64_t> kernel, strides, dilations, pads;
  bool ceilMode = false; ///< a last window that reaches beyond the padded input counts
  bool sameSize = false; ///< auto_pad = SAME_*: as many windows as strides fit the input

  /// Reads the attributes of `op`; with auto_pad, pads of dimensions of known size are computed. `input` and
  /// `kernel` are spatial sizes. Violations of C5 are reported on the op.
  static llvm::FailureOr<Window> of(mlir::Operation *op, llvm::ArrayRef<int64_t> input,
                                    llvm::ArrayRef<int64_t> kernel);

  /// Input elements from the first to the last that a window looks at.
  int64_t extent(unsigned axis) const { return dilations[axis] * (kernel[axis] - 1) + 1; }

  /// How many windows fit; 0 if none does, unknown if `input` is.
  int64_t outputSize(unsigned axis, int64_t input) const;
};

} // namespace quern::onnx
