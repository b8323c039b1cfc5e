// Sampled rows of activations: what methods measure errors of products on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/Quern/IR/QuernAttributes.h"
#include "lib/Numerics/TensorStatistics.h"
#include "passes/EdgeTransforms/ChannelMap.h"
#include "passes/QuantizationAnalysis/ValueRanges.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <vector>

namespace quern {

/// Rows of a value whose last axis has `width` channels (of token rows, the features), as the float model
/// computed them on calibration data.
struct ActivationRows {
  int64_t count, width;
  std::vector<float> values; ///< [count, width], row-major
  /// Of the channels, in two halves of all samples, those that gave no row among them. The rows number 0, 2,
  /// 4, ... are of the first half. Empty if no halves are known.
  std::array<std::vector<RealRange>, 2> halves;

  /// E|x_j| of each channel j.
  llvm::SmallVector<double> meanMagnitudes() const;
  /// [min x_j, max x_j] of each channel j.
  std::vector<RealRange> ranges() const;
  /// The rows number `half`, half + 2, half + 4, ...; without halves of their own.
  ActivationRows everySecond(int64_t half) const;
  /// (x - z) / s of each row, in f32, and of the halves' ranges.
  ActivationRows mapped(const ChannelMap &map) const;
  /// Of all elements: what observers choose a range from.
  TensorStatistics statistics() const;
};

/// The rows that `quern.rows` and `quern.half_ranges` hold for the value; nothing if none are known.
std::optional<ActivationRows> readRows(mlir::Value value);

/// Makes them those of the value.
void writeRows(mlir::Value value, const ActivationRows &rows);

/// The value has no rows from now on.
void forgetRows(mlir::Value value);

/// Removes all rows of the function: they describe its values for the methods only.
void dropRows(mlir::func::FuncOp function);

} // namespace quern
