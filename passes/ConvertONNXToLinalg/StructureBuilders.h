// Builders of the structure form: linalg, tensor and arith on statically shaped tensors of signless elements.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quern::structure {

using mlir::ArrayRef;
using mlir::ImplicitLocOpBuilder;
using mlir::RankedTensorType;
using mlir::SmallVector;
using mlir::Type;
using mlir::Value;
using mlir::ValueRange;

/// Computes the scalars that a linalg.generic yields from the scalars it reads.
using ScalarBody = llvm::function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange)>;
/// The same where one scalar is yielded.
using OneScalarBody = llvm::function_ref<Value(ImplicitLocOpBuilder &, ValueRange)>;

/// The ranked type of `value`.
inline RankedTensorType tensorType(Value value) { return mlir::cast<RankedTensorType>(value.getType()); }
/// The extents of `value`.
inline ArrayRef<int64_t> shapeOf(Value value) { return tensorType(value).getShape(); }
/// The element type of `value`.
inline Type elementOf(Value value) { return tensorType(value).getElementType(); }

/// The scalar constant `number` of `type` (a float, integer or index type), rounded to it.
Value scalar(ImplicitLocOpBuilder &b, Type type, double number);
/// The scalar integer constant `number`, truncated to `type`.
Value scalarInteger(ImplicitLocOpBuilder &b, Type type, int64_t number);
/// The attribute of the smallest value of `type` in the order of max reductions: -inf or the least integer.
mlir::TypedAttr lowestOf(Type type, bool isUnsigned);
/// The attribute of the greatest value of `type`: +inf or the greatest integer.
mlir::TypedAttr highestOf(Type type, bool isUnsigned);

/// An uninitialized tensor.
Value empty(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, Type element);
/// A tensor whose every element is the scalar `value`.
Value filled(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, Value value);
/// A one-dimensional constant of index-typed numbers kept as i64.
Value integerTable(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, ArrayRef<int64_t> values);
/// An f32 constant.
Value floatTable(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, ArrayRef<float> values);

/// `value` with the extents `shape`, in the same row-major order: collapse_shape and expand_shape.
Value reshape(ImplicitLocOpBuilder &b, Value value, ArrayRef<int64_t> shape);
/// `value` without the dimensions in `dimensions`, whose extents are 1.
Value dropDimensions(ImplicitLocOpBuilder &b, Value value, ArrayRef<int64_t> dimensions);
/// `value` with its dimensions in the order `permutation`.
Value transpose(ImplicitLocOpBuilder &b, Value value, ArrayRef<int64_t> permutation);
/// `value` with `low[i]` and `high[i]` elements equal to the scalar `fill` around dimension i; `value` itself
/// if none.
Value pad(ImplicitLocOpBuilder &b, Value value, ArrayRef<int64_t> low, ArrayRef<int64_t> high, Value fill);

/// An operand of a generic: a value without the dimensions it is broadcast along, and the map that reads it.
struct Operand {
  Value value;
  mlir::AffineMap map;
};
/// Reads `value` at the positions of an iteration space whose dimension `dimensions[i]` has the extent
/// `extents[i]` and runs along dimension i of `value`. A dimension of extent 1 where `extents[i]` is not 1 is
/// broadcast.
Operand operand(ImplicitLocOpBuilder &b, Value value, ArrayRef<int64_t> dimensions, ArrayRef<int64_t> extents,
                int64_t dimensionCount);
/// Reads `value` as NumPy and ONNX broadcast it to `shape` (dimensions aligned at the last one).
Operand broadcastOperand(ImplicitLocOpBuilder &b, Value value, ArrayRef<int64_t> shape);

/// result[i] = body(inputs[i]...), each input broadcast to `shape`.
Value elementwise(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, Type element, ValueRange inputs,
                  OneScalarBody body);
/// `value` broadcast to `shape` from its dimensions that are not 1; `value` itself if it has that shape.
Value broadcastTo(ImplicitLocOpBuilder &b, Value value, ArrayRef<int64_t> shape);
/// `value` with f16 and bf16 elements extended to f32, others as they are.
Value extendHalf(ImplicitLocOpBuilder &b, Value value);
/// `value` with f32 elements rounded to `element`, if that is another float type.
Value roundTo(ImplicitLocOpBuilder &b, Value value, Type element);

/// Folds `input` along `axes` with `body(element, accumulator)`, starting at the scalar `initial`; the axes
/// disappear. The order of the elements is the order of their indices.
Value reduce(ImplicitLocOpBuilder &b, Value input, ArrayRef<int64_t> axes, Value initial, OneScalarBody body);

/// result[i] = source[index(i)]: `index` computes one index value per dimension of `source` from those of the
/// result and from the elements that `tables` (broadcast to the result by the given maps) hold at i. The
/// caller guarantees that the indices lie inside `source`.
Value gather(
    ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, Value source, ArrayRef<Operand> tables,
    llvm::function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange indices, ValueRange entries)>
        index);

/// A linalg.generic over `inputs` with the accumulators `outputs`.
SmallVector<Value> generic(ImplicitLocOpBuilder &b, ArrayRef<Operand> inputs, ArrayRef<Operand> outputs,
                           ArrayRef<mlir::utils::IteratorType> iterators, ScalarBody body);

} // namespace quern::structure
