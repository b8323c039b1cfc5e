// Sampled rows of activations: what methods measure errors of products on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Numerics/TensorStatistics.h"
#include "passes/EdgeTransforms/ChannelMap.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <vector>

namespace quern {

/// Rows of a value whose last axis has `width` channels (of token rows, the features), as the float model
/// computed them on calibration data.
struct ActivationRows {
  int64_t count, width;
  std::vector<float> values; ///< [count, width], row-major

  /// E|x_j| of each channel j.
  llvm::SmallVector<double> meanMagnitudes() const;
  /// max |x_j| of each channel j.
  llvm::SmallVector<double> largestMagnitudes() const;
  /// (x - z) / s of each row, in f32.
  ActivationRows mapped(const ChannelMap &map) const;
  /// Of all elements: what observers choose a range from.
  TensorStatistics statistics() const;
};

/// The rows that `quern.rows` holds for the value; nothing if none are known.
std::optional<ActivationRows> readRows(mlir::Value value);

/// Makes them the value's `quern.rows`.
void writeRows(mlir::Value value, const ActivationRows &rows);

/// Removes all rows of the function: they describe its values for the methods only.
void dropRows(mlir::func::FuncOp function);

} // namespace quern
