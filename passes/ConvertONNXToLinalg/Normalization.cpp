// Normalizations by mean, variance or norm.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "passes/ConvertONNXToLinalg/Elementwise.h"
#include "passes/ConvertONNXToLinalg/Reduction.h"

using namespace mlir;

namespace quern::structure {

namespace {

/// sum(x) / n along `axes`, which stay with extent 1.
Value meanAlong(ImplicitLocOpBuilder &b, Value input, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> shape(shapeOf(input));
  Value mean = mapElements(b, sumAlong(b, input, axes), [&](Scalars &s, ValueRange in) {
    return s.divide(in[0], s.constant(in[0].getType(), elementsAlong(shape, axes)));
  });
  return keepAxes(b, mean, shape, axes);
}

Value square(ImplicitLocOpBuilder &b, Value input) {
  return mapElements(b, input, [](Scalars &s, ValueRange in) { return s.multiply(in[0], in[0]); });
}

/// 1 / sqrt(x + epsilon)
Value inverseRoot(ImplicitLocOpBuilder &b, Value input, double epsilon) {
  return mapElements(b, input, [&](Scalars &s, ValueRange in) {
    Type type = in[0].getType();
    return s.divide(s.constant(type, 1), math::SqrtOp::create(s.b, s.add(in[0], s.constant(type, epsilon))));
  });
}

/// x - mean(x), the mean, and 1 / sqrt(variance + epsilon) along `axes`. The variance is that of the
/// differences: the mean of squares less the square of the mean would cancel.
struct Standardized {
  Value centered, mean, inverseDeviation;
};

Standardized standardize(ImplicitLocOpBuilder &b, Value input, ArrayRef<int64_t> axes, double epsilon) {
  Value mean = meanAlong(b, input, axes);
  Value centered =
      mapElements(b, {input, mean}, [](Scalars &s, ValueRange in) { return s.subtract(in[0], in[1]); });
  return {centered, mean, inverseRoot(b, meanAlong(b, square(b, centered), axes), epsilon)};
}

/// value * factor * scale + shift; scale and shift may be null.
Value affine(ImplicitLocOpBuilder &b, Value value, Value factor, Value scale, Value shift) {
  SmallVector<Value> operands{value, factor};
  for (Value operand : {scale, shift})
    if (operand)
      operands.push_back(operand);
  return mapElements(b, operands, [&](Scalars &s, ValueRange in) {
    Value result = s.multiply(in[0], in[1]);
    unsigned next = 2;
    if (scale)
      result = s.multiply(result, in[next++]);
    return shift ? s.add(result, in[next]) : result;
  });
}

/// A vector along dimension 1 of a tensor of `rank` dimensions.
Value alongChannels(ImplicitLocOpBuilder &b, Value vector, int64_t rank) {
  SmallVector<int64_t> shape(rank - 1, 1);
  shape[0] = shapeOf(vector)[0];
  return reshape(b, extendHalf(b, vector), shape);
}

LogicalResult checkChannelVectors(Emitter &b, ArrayRef<unsigned> operands) {
  if (tensorType(b.operands[0]).getRank() < 2)
    return b.refuse("expected an input with batch and channel dimensions");
  for (unsigned i : operands)
    if (shapeOf(b.operands[i]) != shapeOf(b.operands[0]).slice(1, 1))
      return b.refuse("expected one scale and one shift per channel");
  return success();
}

/// (x - mean) / sqrt(variance + epsilon) * scale + shift with the statistics of training.
FailureOr<SmallVector<Value>> lowerBatchNormalization(onnx::BatchNormalizationOp op, Emitter &b) {
  if (op.getTrainingMode() != 0)
    return b.refuse("expected training_mode = 0");
  if (!accepts(Elements::Floats, elementOf(b.operands[0])) || failed(checkChannelVectors(b, {1, 2, 3, 4})))
    return failure();
  int64_t rank = tensorType(b.operands[0]).getRank();
  Value input = extendHalf(b, b.operands[0]);
  Value scale = alongChannels(b, b.operands[1], rank), shift = alongChannels(b, b.operands[2], rank);
  Value mean = alongChannels(b, b.operands[3], rank), variance = alongChannels(b, b.operands[4], rank);
  double epsilon = op.getEpsilon().convertToDouble();
  Value centered =
      mapElements(b, {input, mean}, [](Scalars &s, ValueRange in) { return s.subtract(in[0], in[1]); });
  Value result = affine(b, centered, inverseRoot(b, variance, epsilon), scale, shift);
  SmallVector<Value> results(b.op->getNumResults());
  results[0] = roundTo(b, result, b.resultElement());
  return results;
}

FailureOr<SmallVector<Value>> lowerLayerNormalization(onnx::LayerNormalizationOp op, Emitter &b) {
  Value input = b.operands[0];
  int64_t rank = tensorType(input).getRank();
  FailureOr<int64_t> axis = normalizeAxis(int64_t(op.getAxis()), rank);
  if (failed(axis) || !accepts(Elements::Floats, elementOf(input)))
    return b.refuse("expected a float input, and an axis within its rank");
  auto axes = llvm::to_vector(llvm::seq<int64_t>(*axis, rank));
  Standardized normal = standardize(b, extendHalf(b, input), axes, op.getEpsilon().convertToDouble());
  Value scale = extendHalf(b, b.operands[1]);
  Value shift = b.hasOperand(2) ? extendHalf(b, b.operands[2]) : Value();
  Value result = affine(b, normal.centered, normal.inverseDeviation, scale, shift);
  return SmallVector<Value>{roundTo(b, result, b.resultElement()), b.hasResult(1) ? normal.mean : Value(),
                            b.hasResult(2) ? normal.inverseDeviation : Value()};
}

/// x / sqrt(mean(x^2) + epsilon) * scale
FailureOr<Value> lowerRMSNormalization(onnx::RMSNormalizationOp op, Emitter &b) {
  Value input = extendHalf(b, b.operands[0]);
  int64_t rank = tensorType(input).getRank();
  FailureOr<int64_t> axis = normalizeAxis(int64_t(op.getAxis()), rank);
  if (failed(axis) || !accepts(Elements::Floats, elementOf(input)))
    return b.refuse("expected a float input, and an axis within its rank");
  auto axes = llvm::to_vector(llvm::seq<int64_t>(*axis, rank));
  Value factor = inverseRoot(b, meanAlong(b, square(b, input), axes), op.getEpsilon().convertToDouble());
  return roundTo(b, affine(b, input, factor, extendHalf(b, b.operands[1]), {}), b.resultElement());
}

FailureOr<Value> lowerInstanceNormalization(onnx::InstanceNormalizationOp op, Emitter &b) {
  int64_t rank = tensorType(b.operands[0]).getRank();
  if (failed(checkChannelVectors(b, {1, 2})))
    return failure();
  if (rank < 3 || !accepts(Elements::Floats, elementOf(b.operands[0])))
    return b.refuse("expected a float input with spatial dimensions");
  auto axes = llvm::to_vector(llvm::seq<int64_t>(2, rank));
  Standardized normal = standardize(b, extendHalf(b, b.operands[0]), axes, op.getEpsilon().convertToDouble());
  Value result = affine(b, normal.centered, normal.inverseDeviation, alongChannels(b, b.operands[1], rank),
                        alongChannels(b, b.operands[2], rank));
  return roundTo(b, result, b.resultElement());
}

FailureOr<Value> lowerGroupNormalization(onnx::GroupNormalizationOp op, Emitter &b) {
  int64_t rank = tensorType(b.operands[0]).getRank(), groups = int64_t(op.getNumGroups());
  if (failed(checkChannelVectors(b, {1, 2})))
    return failure();
  SmallVector<int64_t> shape(shapeOf(b.operands[0]));
  if (groups < 1 || shape[1] % groups != 0 || !accepts(Elements::Floats, elementOf(b.operands[0])))
    return b.refuse("expected a float input whose channels num_groups divides");
  SmallVector<int64_t> grouped{shape[0], groups, b.resultType().getNumElements() / (shape[0] * groups)};
  Standardized normal = standardize(b, reshape(b, extendHalf(b, b.operands[0]), grouped), {2},
                                    op.getEpsilon().convertToDouble());
  Value normalized = mapElements(b, {normal.centered, normal.inverseDeviation},
                                 [](Scalars &s, ValueRange in) { return s.multiply(in[0], in[1]); });
  Value result = affine(b, reshape(b, normalized, shape), alongChannels(b, b.operands[1], rank), {},
                        alongChannels(b, b.operands[2], rank));
  return roundTo(b, result, b.resultElement());
}

/// (x - mean) / (sqrt(variance) + 1e-9)
FailureOr<Value> lowerMeanVarianceNormalization(onnx::MeanVarianceNormalizationOp op, Emitter &b) {
  Value input = extendHalf(b, b.operands[0]);
  SmallVector<int64_t> axes;
  for (int64_t axis : op.getAxes()) {
    FailureOr<int64_t> normal = normalizeAxis(axis, tensorType(input).getRank());
    if (failed(normal))
      return b.refuse("expected axes within the rank of the input");
    axes.push_back(*normal);
  }
  Value mean = meanAlong(b, input, axes);
  Value centered =
      mapElements(b, {input, mean}, [](Scalars &s, ValueRange in) { return s.subtract(in[0], in[1]); });
  Value variance = meanAlong(b, square(b, centered), axes);
  Value result = mapElements(b, {centered, variance}, [](Scalars &s, ValueRange in) {
    Value deviation = math::SqrtOp::create(s.b, in[1]);
    return s.divide(in[0], s.add(deviation, s.constant(in[0].getType(), 1e-9)));
  });
  return roundTo(b, result, b.resultElement());
}

/// x / (sum |x|^p)^(1/p) for p = 1, 2
FailureOr<Value> lowerLpNormalization(onnx::LpNormalizationOp op, Emitter &b) {
  Value input = extendHalf(b, b.operands[0]);
  int64_t p = int64_t(op.getP());
  FailureOr<int64_t> axis = normalizeAxis(int64_t(op.getAxis()), tensorType(input).getRank());
  if (failed(axis) || (p != 1 && p != 2))
    return b.refuse("expected an axis within the rank of the input, and p = 1 or p = 2");
  SmallVector<int64_t> shape(shapeOf(input));
  Value powers = p == 2 ? square(b, input)
                        : mapElements(b, input, [](Scalars &s, ValueRange in) { return s.absolute(in[0]); });
  Value norm = keepAxes(b, sumAlong(b, powers, *axis), shape, *axis);
  // ONNX leaves elements of norm 0 as they are: they are 0.
  Value result = mapElements(b, {input, norm}, [&](Scalars &s, ValueRange in) {
    Value length = p == 2 ? Value(math::SqrtOp::create(s.b, in[1])) : in[1];
    Value zero = s.constant(in[0].getType(), 0);
    return s.select(s.equal(length, zero), zero, s.divide(in[0], length));
  });
  return roundTo(b, result, b.resultElement());
}

/// x / (bias + alpha / size * (sum of squares over `size` neighbouring channels))^beta
FailureOr<Value> lowerLRN(onnx::LRNOp op, Emitter &b) {
  Value input = extendHalf(b, b.operands[0]);
  int64_t rank = tensorType(input).getRank(), size = int64_t(op.getSize());
  if (rank < 2 || size < 1 || !accepts(Elements::SingleFloats, elementOf(input)))
    return b.refuse("expected a float input with a channel dimension, and a positive size");
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  low[1] = (size - 1) / 2;
  high[1] = size - 1 - low[1];
  Value padded = pad(b, square(b, input), low, high, scalar(b, elementOf(input), 0));
  SmallVector<AffineExpr> read;
  for (int64_t i = 0; i < rank; ++i)
    read.push_back(i == 1 ? b.getAffineDimExpr(1) + b.getAffineDimExpr(rank) : b.getAffineDimExpr(i));
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  iterators.push_back(utils::IteratorType::reduction);
  Value zeros = filled(b, shapeOf(input), scalar(b, elementOf(input), 0));
  Operand window{empty(b, {size}, elementOf(input)), AffineMap::get(rank + 1, 0, b.getAffineDimExpr(rank))};
  Value sum = generic(b, {{padded, AffineMap::get(rank + 1, 0, read, b.getContext())}, window},
                      {{zeros, b.getMultiDimIdentityMap(rank + 1).getMajorSubMap(rank)}}, iterators,
                      [](ImplicitLocOpBuilder &inner, ValueRange in) {
                        return SmallVector<Value>{arith::AddFOp::create(inner, in[2], in[0])};
                      })[0];
  double factor = op.getAlpha().convertToDouble() / double(size), bias = op.getBias().convertToDouble();
  double beta = op.getBeta().convertToDouble();
  Value result = mapElements(b, {input, sum}, [&](Scalars &s, ValueRange in) {
    Type type = in[0].getType();
    Value base = s.add(s.constant(type, bias), s.multiply(s.constant(type, factor), in[1]));
    return s.divide(in[0], math::PowFOp::create(s.b, base, s.constant(type, beta)));
  });
  return roundTo(b, result, b.resultElement());
}

} // namespace

void populateNormalizationPatterns(LoweringPatterns &patterns) {
  patterns.add<onnx::BatchNormalizationOp>(lowerBatchNormalization);
  patterns.add<onnx::LayerNormalizationOp>(lowerLayerNormalization);
  patterns.add<onnx::RMSNormalizationOp>(lowerRMSNormalization);
  patterns.add<onnx::InstanceNormalizationOp>(lowerInstanceNormalization);
  patterns.add<onnx::GroupNormalizationOp>(lowerGroupNormalization);
  patterns.add<onnx::MeanVarianceNormalizationOp>(lowerMeanVarianceNormalization);
  patterns.add<onnx::LpNormalizationOp>(lowerLpNormalization);
  patterns.add<onnx::LRNOp>(lowerLRN);
}

} // namespace quern::structure
