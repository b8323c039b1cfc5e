// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernStorage.h"

#include "dialects/Quern/IR/QuernOps.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

#include <numeric>

using namespace mlir;

namespace quern {

IntegerRange integerRange(IntegerType type) {
  unsigned width = type.getWidth();
  if (type.isUnsigned())
    return {0, (int64_t(1) << width) - 1};
  return {-(int64_t(1) << (width - 1)), (int64_t(1) << (width - 1)) - 1};
}

IntegerType storageTypeOf(quant::QuantizedType type) {
  auto semantics = type.isSigned() ? IntegerType::Signless : IntegerType::Unsigned;
  return IntegerType::get(type.getContext(), type.getStorageTypeIntegralWidth(), semantics);
}

TensorType withElementType(TensorType type, Type elementType) {
  return cast<TensorType>(type.cloneWith(std::nullopt, elementType));
}

quant::QuantizedType quantizedElementType(Type tensor) {
  auto type = dyn_cast<TensorType>(tensor);
  return type ? dyn_cast<quant::QuantizedType>(type.getElementType()) : nullptr;
}

/// What the constructors of quantized types take besides scales.
struct Storage {
  Storage(MLIRContext *context, unsigned bits, bool isSigned, bool narrow)
      : flags(isSigned ? quant::QuantizationFlags::Signed : 0), type(IntegerType::get(context, bits)),
        minimum(isSigned ? -(int64_t(1) << (bits - 1)) + narrow : 0),
        maximum((int64_t(1) << (bits - isSigned)) - 1) {}
  unsigned flags;
  IntegerType type;
  int64_t minimum, maximum;
};

quant::UniformQuantizedType perTensorType(MLIRContext *context, unsigned bits, bool isSigned, float scale,
                                          int64_t zeroPoint, bool narrow) {
  Storage storage(context, bits, isSigned, narrow);
  return quant::UniformQuantizedType::get(storage.flags, storage.type, Float32Type::get(context), scale,
                                          zeroPoint, storage.minimum, storage.maximum);
}

quant::UniformQuantizedPerAxisType perAxisType(MLIRContext *context, unsigned bits, bool isSigned,
                                               ArrayRef<float> scales, ArrayRef<int64_t> zeroPoints,
                                               int32_t axis, bool narrow) {
  Storage storage(context, bits, isSigned, narrow);
  SmallVector<double> wide(scales.begin(), scales.end());
  return quant::UniformQuantizedPerAxisType::get(storage.flags, storage.type, Float32Type::get(context), wide,
                                                 zeroPoints, axis, storage.minimum, storage.maximum);
}

std::optional<UniformParameters> uniformParameters(quant::QuantizedType type) {
  if (auto tensor = dyn_cast<quant::UniformQuantizedType>(type))
    return UniformParameters{{float(tensor.getScale())}, {tensor.getZeroPoint()}, std::nullopt};
  auto axis = dyn_cast<quant::UniformQuantizedPerAxisType>(type);
  if (!axis)
    return std::nullopt;
  return UniformParameters{{axis.getScales().begin(), axis.getScales().end()},
                           {axis.getZeroPoints().begin(), axis.getZeroPoints().end()},
                           int64_t(axis.getQuantizedDimension())};
}

SmallVector<float> blockScales(quant::UniformQuantizedSubChannelType type) {
  return llvm::map_to_vector(type.getScales().getValues<APFloat>(),
                             [](const APFloat &scale) { return scale.convertToFloat(); });
}

SmallVector<int64_t> blockZeroPoints(quant::UniformQuantizedSubChannelType type) {
  // The attribute's elements have no sign; the type's storage says whether they do.
  return llvm::map_to_vector(type.getZeroPoints().getValues<APInt>(), [&](const APInt &zeroPoint) {
    return type.isSigned() ? zeroPoint.getSExtValue() : int64_t(zeroPoint.getZExtValue());
  });
}

/// Whether all blocks of each run of `run` rows of blocks are alike.
static bool repeats(const ColumnGroups &blocks, int64_t columns, int64_t run) {
  int64_t rows = blocks.scales.size() / columns;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column) {
      int64_t at = row * columns + column, first = row / run * run * columns + column;
      if (blocks.scales[at] != blocks.scales[first] || blocks.zeroPoints[at] != blocks.zeroPoints[first])
        return false;
    }
  return true;
}

/// The coarsest groups of which `blocks` are parts.
static ColumnGroups mergeBlocks(ColumnGroups blocks, int64_t columns) {
  int64_t rows = blocks.scales.size() / columns;
  for (int64_t run = rows; run > 1; --run) {
    if (!repeats(blocks, columns, run))
      continue;
    ColumnGroups merged{blocks.groupSize * run, {}, {}};
    for (int64_t row = 0; row < rows; row += run) {
      llvm::append_range(merged.scales, ArrayRef(blocks.scales).slice(row * columns, columns));
      llvm::append_range(merged.zeroPoints, ArrayRef(blocks.zeroPoints).slice(row * columns, columns));
    }
    return merged;
  }
  return blocks;
}

std::optional<ColumnGroups> columnGroups(quant::QuantizedType type, ArrayRef<int64_t> shape) {
  if (shape.size() != 2)
    return std::nullopt;
  int64_t columns = shape[1];
  if (auto blocks = dyn_cast<quant::UniformQuantizedSubChannelType>(type)) {
    ArrayRef<int64_t> counts = blocks.getScales().getType().getShape();
    if (counts.size() != 2 || counts[1] != columns || counts[0] == 0)
      return std::nullopt;
    return mergeBlocks({shape[0] / counts[0], blockScales(blocks), blockZeroPoints(blocks)}, columns);
  }
  std::optional<UniformParameters> uniform = uniformParameters(type);
  if (!uniform || (uniform->axis && uniform->axis != 1))
    return std::nullopt;
  ColumnGroups groups{shape[0], std::move(uniform->scales), std::move(uniform->zeroPoints)};
  if (!uniform->axis) {
    groups.scales.assign(columns, float(groups.scales.front()));
    groups.zeroPoints.assign(columns, int64_t(groups.zeroPoints.front()));
  }
  return groups;
}

quant::QuantizedType columnGroupsType(MLIRContext *context, unsigned storageBits, bool isSigned,
                                      IntegerRange codes, const ColumnGroups &groups,
                                      ArrayRef<int64_t> shape) {
  unsigned flags = isSigned ? quant::QuantizationFlags::Signed : 0;
  auto storage = IntegerType::get(context, storageBits);
  auto f32 = Float32Type::get(context);
  int64_t rows = shape[0], columns = shape[1];
  if (groups.groupSize >= rows)
    return quant::UniformQuantizedPerAxisType::get(
        flags, storage, f32, SmallVector<double>(groups.scales.begin(), groups.scales.end()),
        groups.zeroPoints, /*quantizedDimension=*/1, codes.minimum, codes.maximum);
  // The largest blocks that divide the rows and lie within one group each.
  int64_t block = std::gcd(rows, groups.groupSize);
  SmallVector<float> scales;
  SmallVector<APInt> zeroPoints;
  for (int64_t row = 0; row < rows; row += block)
    for (int64_t column = 0; column < columns; ++column) {
      int64_t at = row / groups.groupSize * columns + column;
      scales.push_back(groups.scales[at]);
      zeroPoints.emplace_back(storageBits, groups.zeroPoints[at], isSigned, /*implicitTrunc=*/true);
    }
  SmallVector<int64_t> counts{rows / block, columns};
  return quant::UniformQuantizedSubChannelType::get(
      flags, storage, f32,
      DenseElementsAttr::get(RankedTensorType::get(counts, f32), ArrayRef<float>(scales)),
      DenseElementsAttr::get(RankedTensorType::get(counts, storage), zeroPoints), {0, 1}, {block, 1},
      codes.minimum, codes.maximum);
}

static Value cast(OpBuilder &builder, Location loc, Value value, Type elementType, bool isSigned) {
  Type type = withElementType(mlir::cast<TensorType>(value.getType()), elementType);
  if (isSigned)
    return quant::StorageCastOp::create(builder, loc, type, value);
  return StorageCastOp::create(builder, loc, type, value);
}

Value castFromStorage(OpBuilder &builder, Location loc, Value integers, quant::QuantizedType type) {
  return cast(builder, loc, integers, type, type.isSigned());
}

Value castToStorage(OpBuilder &builder, Location loc, Value codes) {
  quant::QuantizedType type = quantizedElementType(codes.getType());
  return cast(builder, loc, codes, storageTypeOf(type), type.isSigned());
}

Value storageOperand(Value codes) {
  if (auto op = codes.getDefiningOp<quant::StorageCastOp>())
    return op.getInput();
  if (auto op = codes.getDefiningOp<StorageCastOp>())
    return op.getInput();
  return {};
}

} // namespace quern
