// One scale and one shift per channel.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "dialects/ONNX/IR/ONNXDialect.h"
#include "passes/EdgeTransforms/ChannelLabels.h"

#include "mlir/IR/Builders.h"

namespace quern {

/// x' = (x - shift[c]) / scale[c]; scales are positive and finite.
struct ChannelMap {
  llvm::SmallVector<double> scale, shift;

  static ChannelMap identity(size_t channels);
  int64_t channels() const { return scale.size(); }
  bool isShifted() const;
  bool isIdentity() const;
  /// Without the shift.
  ChannelMap scaleOnly() const;
  /// One map for all channels with the same representative (FoldPlan::ties; empty: no change): the geometric
  /// mean of their scales, the mean of their shifts. Tied once, a map stays as it is.
  ChannelMap tied(llvm::ArrayRef<int64_t> representatives) const;
  /// The map of `channels`, in their order; ChannelLabels::kNone has the identity.
  ChannelMap select(llvm::ArrayRef<int64_t> channels) const;
  /// x -> second(first(x)).
  static ChannelMap compose(const ChannelMap &first, const ChannelMap &second);
};

/// The f32 constant `value` after `change` along `axis`, rounded once. It is written out along the axis where
/// it was broadcast; a negative axis counts leading axes that the constant does not have.
mlir::Value changeConstant(mlir::OpBuilder &builder, mlir::Value value, int64_t axis,
                           onnx::ChannelChange change, const ChannelMap &map);

/// The same for channels that vary along any axes, as the labels say; elements without a label stay.
mlir::Value changeConstant(mlir::OpBuilder &builder, mlir::Value value, const ChannelLabels &labels,
                           onnx::ChannelChange change, const ChannelMap &map);

/// A constant of the given numbers.
mlir::Value makeConstant(mlir::OpBuilder &builder, mlir::Location loc, mlir::RankedTensorType type,
                         llvm::ArrayRef<double> values);

/// Makes the operand `value`; a constant that nothing else reads goes.
void replaceConstant(mlir::OpOperand &operand, mlir::Value value);

/// True for constants that may be rewritten: plain f32 numbers. What arrived quantized is frozen.
bool isRewritableConstant(mlir::Value value);

/// Adds names to the methods that the op says it was transformed by.
void addProvenance(mlir::Operation *op, mlir::ArrayAttr methods);

} // namespace quern
