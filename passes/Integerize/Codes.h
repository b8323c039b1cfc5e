// Real values that are known as 8-bit codes, and the constants among them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "lib/Numerics/Quantizer.h"
#include "passes/Integerize/Refusal.h"

#include "dialects/Quern/IR/QuernStorage.h"

#include "mlir/IR/PatternMatch.h"

namespace quern {

/// A real tensor known as 8-bit codes of one scale: real = (code - zeroPoint) * scale.
struct TensorCodes {
  mlir::Value codes; ///< of quantized type
  mlir::quant::UniformQuantizedType type;

  /// Scale, zero point and range of codes, as the arithmetic uses them.
  Quantizer quantizer() const;
};

/// Scale, zero point and range of codes of a per-tensor type.
Quantizer quantizerOf(mlir::quant::UniformQuantizedType type);

/// The codes behind `real`, if a quern.dequantize with one scale of 8 bits gives it.
mlir::FailureOr<TensorCodes> getTensorCodes(mlir::Value real, Refusal &refusal);

/// The type that `op` quantizes to, if it is one scale of 8 bits.
mlir::FailureOr<mlir::quant::UniformQuantizedType> getResultType(mlir::Operation *quantize, Refusal &refusal);

/// True for a constant tensor.
bool isConstantTensor(mlir::Value value);
/// The integers of a constant; nothing if `value` is no such constant.
std::optional<llvm::SmallVector<int64_t>> readIntegers(mlir::Value value);
/// The reals of a constant of f32.
std::optional<llvm::SmallVector<float>> readReals(mlir::Value value);
/// The one real of a constant whose elements are all equal.
std::optional<float> readScalar(mlir::Value value);

/// An onnx.Constant.
mlir::Value createConstant(mlir::OpBuilder &builder, mlir::Location location, mlir::ElementsAttr value);
/// A constant of integers (8 or 32 bits, signless or unsigned).
mlir::Value createIntegers(mlir::OpBuilder &builder, mlir::Location location, mlir::RankedTensorType type,
                           llvm::ArrayRef<int64_t> values);
/// A zero point as ONNX's integer operators take it: absent if 0, else a scalar of the storage type of
/// `type`.
mlir::Value createZeroPoint(mlir::OpBuilder &builder, mlir::Location location,
                            mlir::quant::QuantizedType type, int64_t zeroPoint);

} // namespace quern
