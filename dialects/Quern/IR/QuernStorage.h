// Quantized types and the integers that store them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

#include <cstdint>
#include <optional>

namespace quern {

/// The integers of a builtin integer type, both ends included.
struct IntegerRange {
  int64_t minimum, maximum;
  bool contains(int64_t code) const { return minimum <= code && code <= maximum; }
};
IntegerRange integerRange(mlir::IntegerType type);

/// The builtin integer that stores a quantized type in tensors: unsigned (ui8) or signless (i8).
mlir::IntegerType storageTypeOf(mlir::quant::QuantizedType type);

/// `type` with the element type replaced.
mlir::TensorType withElementType(mlir::TensorType type, mlir::Type elementType);

/// The quantized element type of a tensor of codes, or null.
mlir::quant::QuantizedType quantizedElementType(mlir::Type tensor);

/// A quantized type of whole tensors: `bits` wide, `isSigned`, over all of its codes unless `narrow` drops
/// the smallest code of a signed format.
mlir::quant::UniformQuantizedType perTensorType(mlir::MLIRContext *context, unsigned bits, bool isSigned,
                                                float scale, int64_t zeroPoint, bool narrow = false);

/// One scale and zero point per index along `axis`.
mlir::quant::UniformQuantizedPerAxisType perAxisType(mlir::MLIRContext *context, unsigned bits, bool isSigned,
                                                     llvm::ArrayRef<float> scales,
                                                     llvm::ArrayRef<int64_t> zeroPoints, int32_t axis,
                                                     bool narrow = false);

/// Scales and zero points of a per-tensor (one each) or per-axis type; nothing for a sub-channel type.
struct UniformParameters {
  llvm::SmallVector<float> scales;
  llvm::SmallVector<int64_t> zeroPoints;
  std::optional<int64_t> axis;
};
std::optional<UniformParameters> uniformParameters(mlir::quant::QuantizedType type);

/// The parameters of a matrix [rows, columns]: one scale and zero point for each group of `groupSize`
/// consecutive rows (the last group may be shorter) of each column, in row-major order of [groups, columns].
struct ColumnGroups {
  int64_t groupSize;
  llvm::SmallVector<float> scales;
  llvm::SmallVector<int64_t> zeroPoints;
};

/// Reads `type` of a matrix of `shape` so; nothing for scales along rows of their own. Blocks of the type
/// that repeat each other are one group: the type has to split a dimension evenly, a group need not.
std::optional<ColumnGroups> columnGroups(mlir::quant::QuantizedType type, llvm::ArrayRef<int64_t> shape);

/// The type of such a matrix: codes `codes`, stored in `storageBits` bits.
mlir::quant::QuantizedType columnGroupsType(mlir::MLIRContext *context, unsigned storageBits, bool isSigned,
                                            IntegerRange codes, const ColumnGroups &groups,
                                            llvm::ArrayRef<int64_t> shape);

/// Scales and zero points of the blocks of a sub-channel type, in row-major order.
llvm::SmallVector<float> blockScales(mlir::quant::UniformQuantizedSubChannelType type);
llvm::SmallVector<int64_t> blockZeroPoints(mlir::quant::UniformQuantizedSubChannelType type);

/// Sees integers as codes of `type`, or codes as integers: `quant.scast` for signless storage,
/// `quern.storage_cast` for unsigned.
mlir::Value castFromStorage(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value integers,
                            mlir::quant::QuantizedType type);
mlir::Value castToStorage(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value codes);

/// The integers behind codes that come from either cast, or null.
mlir::Value storageOperand(mlir::Value codes);

} // namespace quern
