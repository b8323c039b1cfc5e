// Builders of the structure form.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertONNXToLinalg/StructureBuilders.h"

#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"

using namespace mlir;

namespace quern::structure {

Value scalar(ImplicitLocOpBuilder &b, Type type, double number) {
  if (isa<FloatType>(type))
    return arith::ConstantOp::create(b, b.getFloatAttr(type, number));
  return scalarInteger(b, type, int64_t(number));
}

Value scalarInteger(ImplicitLocOpBuilder &b, Type type, int64_t number) {
  if (isa<FloatType>(type))
    return scalar(b, type, double(number));
  if (type.isIndex())
    return arith::ConstantIndexOp::create(b, number);
  APInt bits = APInt(64, uint64_t(number)).sextOrTrunc(type.getIntOrFloatBitWidth());
  return arith::ConstantOp::create(b, b.getIntegerAttr(type, bits));
}

static TypedAttr extreme(Type type, bool isUnsigned, bool negative) {
  if (auto floating = dyn_cast<FloatType>(type)) {
    const llvm::fltSemantics &semantics = floating.getFloatSemantics();
    bool finite = !APFloat::semanticsHasInf(semantics);
    return FloatAttr::get(type, finite ? APFloat::getLargest(semantics, negative)
                                       : APFloat::getInf(semantics, negative));
  }
  unsigned width = type.getIntOrFloatBitWidth();
  if (isUnsigned)
    return IntegerAttr::get(type, negative ? APInt::getMinValue(width) : APInt::getMaxValue(width));
  return IntegerAttr::get(type, negative ? APInt::getSignedMinValue(width) : APInt::getSignedMaxValue(width));
}

TypedAttr lowestOf(Type type, bool isUnsigned) { return extreme(type, isUnsigned, /*negative=*/true); }
TypedAttr highestOf(Type type, bool isUnsigned) { return extreme(type, isUnsigned, /*negative=*/false); }

Value empty(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, Type element) {
  return tensor::EmptyOp::create(b, shape, element);
}

Value filled(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, Value value) {
  Value target = empty(b, shape, value.getType());
  return linalg::FillOp::create(b, value, target).getResult(0);
}

Value integerTable(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get(shape, b.getI64Type());
  return arith::ConstantOp::create(b, DenseElementsAttr::get(type, values));
}

Value floatTable(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, ArrayRef<float> values) {
  auto type = RankedTensorType::get(shape, b.getF32Type());
  return arith::ConstantOp::create(b, DenseElementsAttr::get(type, values));
}

Value reshape(ImplicitLocOpBuilder &b, Value value, ArrayRef<int64_t> shape) {
  RankedTensorType source = tensorType(value);
  auto target = RankedTensorType::get(shape, source.getElementType());
  if (source == target)
    return value;
  if (target.getNumElements() == 0)
    return empty(b, shape, source.getElementType());
  if (auto groups = getReassociationIndicesForReshape(source, target)) {
    if (source.getRank() > target.getRank())
      return tensor::CollapseShapeOp::create(b, target, value, *groups);
    if (source.getRank() < target.getRank())
      return tensor::ExpandShapeOp::create(b, target, value, *groups);
  }
  Value flat = reshape(b, value, {source.getNumElements()});
  return reshape(b, flat, shape);
}

Value dropDimensions(ImplicitLocOpBuilder &b, Value value, ArrayRef<int64_t> dimensions) {
  if (dimensions.empty())
    return value;
  // Each kept dimension carries the dropped ones that follow it; the first one also those before it.
  SmallVector<ReassociationIndices> groups;
  ReassociationIndices leading;
  SmallVector<int64_t> shape;
  for (auto [i, extent] : llvm::enumerate(shapeOf(value))) {
    if (!llvm::is_contained(dimensions, int64_t(i))) {
      groups.push_back(std::exchange(leading, {}));
      groups.back().push_back(i);
      shape.push_back(extent);
    } else {
      (groups.empty() ? leading : groups.back()).push_back(i);
    }
  }
  auto type = RankedTensorType::get(shape, elementOf(value));
  return tensor::CollapseShapeOp::create(b, type, value, groups);
}

Value transpose(ImplicitLocOpBuilder &b, Value value, ArrayRef<int64_t> permutation) {
  if (llvm::equal(permutation, llvm::seq<int64_t>(0, permutation.size())))
    return value;
  SmallVector<int64_t> shape;
  for (int64_t dimension : permutation)
    shape.push_back(shapeOf(value)[dimension]);
  Value target = empty(b, shape, elementOf(value));
  return linalg::TransposeOp::create(b, value, target, permutation).getResult()[0];
}

Value pad(ImplicitLocOpBuilder &b, Value value, ArrayRef<int64_t> low, ArrayRef<int64_t> high, Value fill) {
  if (llvm::all_of(low, [](int64_t n) { return n == 0; }) &&
      llvm::all_of(high, [](int64_t n) { return n == 0; }))
    return value;
  SmallVector<int64_t> shape;
  for (auto [extent, before, after] : llvm::zip_equal(shapeOf(value), low, high))
    shape.push_back(before + extent + after);
  auto type = RankedTensorType::get(shape, elementOf(value));
  return tensor::PadOp::create(b, type, value, getAsIndexOpFoldResult(b.getContext(), low),
                               getAsIndexOpFoldResult(b.getContext(), high), fill);
}

Operand operand(ImplicitLocOpBuilder &b, Value value, ArrayRef<int64_t> dimensions, ArrayRef<int64_t> extents,
                int64_t dimensionCount) {
  SmallVector<int64_t> dropped;
  SmallVector<AffineExpr> results;
  for (auto [i, extent] : llvm::enumerate(shapeOf(value))) {
    if (extent == 1 && extents[i] != 1)
      dropped.push_back(i);
    else
      results.push_back(b.getAffineDimExpr(dimensions[i]));
  }
  return {dropDimensions(b, value, dropped), AffineMap::get(dimensionCount, 0, results, b.getContext())};
}

Operand broadcastOperand(ImplicitLocOpBuilder &b, Value value, ArrayRef<int64_t> shape) {
  int64_t rank = shape.size(), own = tensorType(value).getRank();
  auto dimensions = llvm::to_vector(llvm::seq<int64_t>(rank - own, rank));
  return operand(b, value, dimensions, shape.take_back(own), rank);
}

SmallVector<Value> generic(ImplicitLocOpBuilder &b, ArrayRef<Operand> inputs, ArrayRef<Operand> outputs,
                           ArrayRef<utils::IteratorType> iterators, ScalarBody body) {
  SmallVector<Value> read, written;
  SmallVector<AffineMap> maps;
  SmallVector<Type> types;
  for (const Operand &input : inputs) {
    read.push_back(input.value);
    maps.push_back(input.map);
  }
  for (const Operand &output : outputs) {
    written.push_back(output.value);
    maps.push_back(output.map);
    types.push_back(output.value.getType());
  }
  auto op = linalg::GenericOp::create(b, types, read, written, maps, iterators,
                                      [&](OpBuilder &builder, Location location, ValueRange arguments) {
                                        ImplicitLocOpBuilder inner(location, builder);
                                        linalg::YieldOp::create(inner, body(inner, arguments));
                                      });
  return llvm::to_vector_of<Value>(op.getResults());
}

Value elementwise(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, Type element, ValueRange inputs,
                  OneScalarBody body) {
  SmallVector<Operand> operands;
  for (Value input : inputs)
    operands.push_back(broadcastOperand(b, input, shape));
  Operand output{empty(b, shape, element), b.getMultiDimIdentityMap(shape.size())};
  SmallVector<utils::IteratorType> iterators(shape.size(), utils::IteratorType::parallel);
  return generic(b, operands, output, iterators, [&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
    return SmallVector<Value>{body(inner, arguments.drop_back())};
  })[0];
}

Value broadcastTo(ImplicitLocOpBuilder &b, Value value, ArrayRef<int64_t> shape) {
  if (shapeOf(value) == shape)
    return value;
  int64_t added = shape.size() - tensorType(value).getRank();
  auto dimensions = llvm::to_vector(llvm::seq<int64_t>(0, added));
  SmallVector<int64_t> dropped;
  for (auto [i, extent] : llvm::enumerate(shapeOf(value))) {
    if (extent == 1) {
      dropped.push_back(i);
      dimensions.push_back(added + i);
    }
  }
  Value target = empty(b, shape, elementOf(value));
  return linalg::BroadcastOp::create(b, dropDimensions(b, value, dropped), target, dimensions).getResult()[0];
}

Value extendHalf(ImplicitLocOpBuilder &b, Value value) {
  if (!isa<Float16Type, BFloat16Type>(elementOf(value)))
    return value;
  return elementwise(b, shapeOf(value), b.getF32Type(), value,
                     [](ImplicitLocOpBuilder &inner, ValueRange in) -> Value {
                       return arith::ExtFOp::create(inner, inner.getF32Type(), in[0]);
                     });
}

Value roundTo(ImplicitLocOpBuilder &b, Value value, Type element) {
  if (elementOf(value) == element || !isa<FloatType>(element))
    return value;
  return elementwise(b, shapeOf(value), element, value,
                     [&](ImplicitLocOpBuilder &inner, ValueRange in) -> Value {
                       return arith::TruncFOp::create(inner, element, in[0]);
                     });
}

Value reduce(ImplicitLocOpBuilder &b, Value input, ArrayRef<int64_t> axes, Value initial,
             OneScalarBody body) {
  int64_t rank = tensorType(input).getRank();
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> kept;
  SmallVector<utils::IteratorType> iterators;
  for (int64_t i = 0; i < rank; ++i) {
    bool reduced = llvm::is_contained(axes, i);
    iterators.push_back(reduced ? utils::IteratorType::reduction : utils::IteratorType::parallel);
    if (!reduced) {
      shape.push_back(shapeOf(input)[i]);
      kept.push_back(b.getAffineDimExpr(i));
    }
  }
  Operand read{input, b.getMultiDimIdentityMap(rank)};
  Operand accumulator{filled(b, shape, initial), AffineMap::get(rank, 0, kept, b.getContext())};
  return generic(b, read, accumulator, iterators, [&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
    return SmallVector<Value>{body(inner, arguments)};
  })[0];
}

Value gather(ImplicitLocOpBuilder &b, ArrayRef<int64_t> shape, Value source, ArrayRef<Operand> tables,
             llvm::function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange, ValueRange)> index) {
  Operand output{empty(b, shape, elementOf(source)), b.getMultiDimIdentityMap(shape.size())};
  SmallVector<utils::IteratorType> iterators(shape.size(), utils::IteratorType::parallel);
  return generic(b, tables, output, iterators, [&](ImplicitLocOpBuilder &inner, ValueRange arguments) {
    SmallVector<Value> indices;
    for (size_t i = 0; i < shape.size(); ++i)
      indices.push_back(linalg::IndexOp::create(inner, i));
    SmallVector<Value> position = index(inner, indices, arguments.drop_back());
    return SmallVector<Value>{tensor::ExtractOp::create(inner, source, position)};
  })[0];
}

} // namespace quern::structure
