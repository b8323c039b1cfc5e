// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernStorage.h"

#include "dialects/Quern/IR/QuernOps.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

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
