// The rows of terms that an op multiplies with each of its channels, taken from its activation.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/ONNX/ShapeInference/Windows.h"
#include "lib/Numerics/ErrorCompensation.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <optional>
#include <string>

namespace quern {

/// For a product with a constant matrix, the rows of its left operand; for a convolution of one group, the
/// window at each output position, as [channel, kernel...], zero where it reaches beyond the input.
class MomentRows {
public:
  /// Nothing for other ops, shapes that are not static, and windows of more than 2304 terms, whose moments
  /// would take longer to collect than the model takes to compile.
  static std::optional<MomentRows> of(mlir::Operation *op);

  /// Terms of a row.
  int64_t getSize() const { return size; }
  /// Equal for two readers of one activation that see the same rows.
  std::string getKey() const;
  /// Calls `visit` with the rows of several versions of one activation, row-major, a few rows of each at a
  /// time. Rows with an element that takes no part in one of them (lib/Calibration/Padding.h) are left out of
  /// all.
  void visit(llvm::ArrayRef<std::span<const float>> activations,
             llvm::function_ref<void(llvm::ArrayRef<std::span<const float>>)> visit) const;
  /// Adds the rows of one activation to `moment`.
  void addTo(SecondMoment &moment, std::span<const float> activation) const {
    visit(activation, [&](auto rows) { moment.add(rows.front()); });
  }

private:
  /// The row of the window at an output position of one image.
  void copyWindow(std::span<const float> image, llvm::ArrayRef<int64_t> position, float *row) const;
  void visitWindows(llvm::ArrayRef<std::span<const float>> images,
                    llvm::function_ref<void(llvm::ArrayRef<std::span<const float>>)> visit) const;

  int64_t size = 0;
  std::optional<onnx::Window> window;
  int64_t channels = 0;
  llvm::SmallVector<int64_t> input, output; ///< spatial extents
};

} // namespace quern
