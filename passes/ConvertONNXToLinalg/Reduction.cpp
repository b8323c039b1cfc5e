// Reductions along axes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertONNXToLinalg/Reduction.h"

#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "dialects/ONNX/IR/Reduction.h"
#include "passes/ConvertONNXToLinalg/Elementwise.h"

using namespace mlir;

namespace quern::structure {

Value sumAlong(ImplicitLocOpBuilder &b, Value input, ArrayRef<int64_t> axes) {
  return reduce(
      b, input, axes, scalar(b, elementOf(input), 0),
      [](ImplicitLocOpBuilder &inner, ValueRange in) { return Scalars(inner, false).add(in[1], in[0]); });
}

Value maximumAlong(ImplicitLocOpBuilder &b, Value input, ArrayRef<int64_t> axes, bool isUnsigned) {
  Value lowest = arith::ConstantOp::create(b, lowestOf(elementOf(input), isUnsigned));
  return reduce(b, input, axes, lowest, [&](ImplicitLocOpBuilder &inner, ValueRange in) {
    return Scalars(inner, isUnsigned).maximum(in[1], in[0]);
  });
}

Value keepAxes(ImplicitLocOpBuilder &b, Value reduced, ArrayRef<int64_t> shape, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> kept(shape);
  for (int64_t axis : axes)
    kept[axis] = 1;
  return reshape(b, reduced, kept);
}

Value mapElements(ImplicitLocOpBuilder &b, ValueRange inputs,
                  llvm::function_ref<Value(Scalars &, ValueRange)> formula, bool isUnsigned) {
  return elementwise(b, shapeOf(inputs[0]), elementOf(inputs[0]), inputs,
                     [&](ImplicitLocOpBuilder &inner, ValueRange in) {
                       Scalars s(inner, isUnsigned);
                       return formula(s, in);
                     });
}

int64_t elementsAlong(ArrayRef<int64_t> shape, ArrayRef<int64_t> axes) {
  int64_t count = 1;
  for (int64_t axis : axes)
    count *= shape[axis];
  return count;
}

namespace {

/// The axes of a reduction: operand 1, all if there are none (or none at all, if the op says so).
FailureOr<SmallVector<int64_t>> axesOf(Emitter &b, bool noneMeansNone) {
  int64_t rank = tensorType(b.operands[0]).getRank();
  SmallVector<int64_t> axes;
  if (b.hasOperand(1)) {
    FailureOr<SmallVector<int64_t>> stated = b.constantIntegers(1);
    if (failed(stated))
      return b.refuse("expected axes to be constant");
    for (int64_t axis : *stated) {
      FailureOr<int64_t> normal = normalizeAxis(axis, rank);
      if (failed(normal))
        return b.refuse("expected axes within the rank of the input, " + Twine(rank));
      if (!llvm::is_contained(axes, *normal))
        axes.push_back(*normal);
    }
  }
  if (axes.empty() && !noneMeansNone)
    llvm::append_range(axes, llvm::seq<int64_t>(0, rank));
  return axes;
}

/// A reduction as three formulas: of each element, of two elements, and of the result.
struct Reduction {
  Elements accepted = Elements::Numbers;
  enum class Start { Zero, One, Lowest, Highest } start = Start::Zero;
  Value (*element)(Scalars &, Value) = nullptr;
  Value (*combine)(Scalars &, Value, Value) = [](Scalars &s, Value sum, Value x) { return s.add(sum, x); };
  Value (*finish)(Scalars &, Value, int64_t count) = nullptr;
};

Value startOf(Emitter &b, const Reduction &reduction, Type element) {
  switch (reduction.start) {
  case Reduction::Start::Zero:
    return scalar(b, element, 0);
  case Reduction::Start::One:
    return scalar(b, element, 1);
  case Reduction::Start::Lowest:
    return arith::ConstantOp::create(b, lowestOf(element, b.isUnsigned()));
  case Reduction::Start::Highest:
    return arith::ConstantOp::create(b, highestOf(element, b.isUnsigned()));
  }
  llvm_unreachable("all starts are handled");
}

FailureOr<Value> lowerReduction(Emitter &b, const Reduction &reduction, bool noneMeansNone, bool keep) {
  if (!accepts(reduction.accepted, elementOf(b.operands[0])))
    return b.refuse("expected elements that are " + describe(reduction.accepted));
  FailureOr<SmallVector<int64_t>> axes = axesOf(b, noneMeansNone);
  if (failed(axes))
    return failure();
  Value input = extendHalf(b, b.operands[0]);
  SmallVector<int64_t> shape(shapeOf(input));
  bool isUnsigned = b.isUnsigned();
  Value result = reduce(b, input, *axes, startOf(b, reduction, elementOf(input)),
                        [&](ImplicitLocOpBuilder &inner, ValueRange in) {
                          Scalars s(inner, isUnsigned);
                          Value x = reduction.element ? reduction.element(s, in[0]) : in[0];
                          return reduction.combine(s, in[1], x);
                        });
  if (reduction.finish)
    result = mapElements(
        b, result,
        [&](Scalars &s, ValueRange in) { return reduction.finish(s, in[0], elementsAlong(shape, *axes)); },
        isUnsigned);
  if (keep)
    result = keepAxes(b, result, shape, *axes);
  return roundTo(b, result, b.resultElement());
}

/// log(sum(exp(x - m))) + m with m the greatest x, so that nothing overflows; m counts as 0 where it is
/// infinite.
FailureOr<Value> lowerLogSumExp(onnx::ReduceLogSumExpOp op, Emitter &b) {
  if (!accepts(Elements::SingleFloats, elementOf(b.operands[0])))
    return b.refuse("expected elements that are " + describe(Elements::SingleFloats));
  FailureOr<SmallVector<int64_t>> axes = axesOf(b, op.getNoopWithEmptyAxes() != 0);
  if (failed(axes))
    return failure();
  Value input = extendHalf(b, b.operands[0]);
  SmallVector<int64_t> shape(shapeOf(input));
  Value highest = mapElements(b, maximumAlong(b, input, *axes, false), [](Scalars &s, ValueRange in) {
    Value infinity = s.constant(in[0].getType(), std::numeric_limits<double>::infinity());
    return s.select(s.equal(s.absolute(in[0]), infinity), s.constant(in[0].getType(), 0), in[0]);
  });
  Value powers = mapElements(b, {input, keepAxes(b, highest, shape, *axes)}, [](Scalars &s, ValueRange in) {
    return s.exponential(s.subtract(in[0], in[1]));
  });
  Value result = mapElements(b, {sumAlong(b, powers, *axes), highest}, [](Scalars &s, ValueRange in) {
    return s.add(math::LogOp::create(s.b, in[0]), in[1]);
  });
  if (op.getKeepdims())
    result = keepAxes(b, result, shape, *axes);
  return roundTo(b, result, b.resultElement());
}

template <typename Op> void add(LoweringPatterns &patterns, Reduction reduction) {
  patterns.add(Op::getOperationName(), [reduction](Emitter &b) -> FailureOr<SmallVector<Value>> {
    auto op = cast<Op>(b.op);
    FailureOr<Value> value =
        lowerReduction(b, reduction, op.getNoopWithEmptyAxes() != 0, op.getKeepdims() != 0);
    if (failed(value))
      return failure();
    return SmallVector<Value>{*value};
  });
}

Value squareRoot(Scalars &s, Value x, int64_t) { return math::SqrtOp::create(s.b, x); }
Value logarithm(Scalars &s, Value x, int64_t) { return math::LogOp::create(s.b, x); }
Value square(Scalars &s, Value x) { return s.multiply(x, x); }
Value absolute(Scalars &s, Value x) { return s.absolute(x); }
Value divideByCount(Scalars &s, Value x, int64_t count) {
  return s.divide(x, s.constant(x.getType(), count));
}

/// The mean or the maximum over all spatial dimensions.
template <typename Op, bool isMean> FailureOr<Value> lowerGlobalPool(Op, Emitter &b) {
  Value input = b.operands[0];
  if (tensorType(input).getRank() < 3 || !isa<FloatType>(elementOf(input)))
    return b.refuse("expected a float input with at least one spatial dimension");
  input = extendHalf(b, input);
  SmallVector<int64_t> shape(shapeOf(input)), axes = llvm::to_vector(llvm::seq<int64_t>(2, shape.size()));
  Value result = isMean ? sumAlong(b, input, axes) : maximumAlong(b, input, axes, false);
  if (isMean)
    result = mapElements(b, result, [&](Scalars &s, ValueRange in) {
      return divideByCount(s, in[0], elementsAlong(shape, axes));
    });
  return roundTo(b, keepAxes(b, result, shape, axes), b.resultElement());
}

/// The index of the first (or last) greatest (or least) element along an axis; the first NaN counts as both.
FailureOr<Value> lowerArgument(Emitter &b, int64_t axis, bool keep, bool last, bool least) {
  Value input = b.operands[0];
  FailureOr<int64_t> normal = normalizeAxis(axis, tensorType(input).getRank());
  if (failed(normal))
    return b.refuse("expected an axis within the rank of the input");
  SmallVector<int64_t> shape(shapeOf(input)), kept = shape;
  kept.erase(kept.begin() + *normal);
  unsigned rank = shape.size();
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  iterators[*normal] = utils::IteratorType::reduction;
  AffineMap whole = b.getMultiDimIdentityMap(rank), result = whole.dropResult(*normal);
  bool isUnsigned = b.isUnsigned();
  Type element = elementOf(input);
  TypedAttr start = least ? highestOf(element, isUnsigned) : lowestOf(element, isUnsigned);
  Value best = filled(b, kept, arith::ConstantOp::create(b, start));
  Value position = filled(b, kept, scalarInteger(b, b.getI64Type(), 0));
  auto body = [&](ImplicitLocOpBuilder &inner, ValueRange in) {
    Scalars s(inner, isUnsigned);
    Value x = in[0], current = in[1], index = linalg::IndexOp::create(inner, *normal);
    Value better = least ? s.less(x, current) : s.less(current, x);
    if (last)
      better = arith::OrIOp::create(inner, better, s.equal(x, current));
    if (isa<FloatType>(element)) {
      Value isFirstNaN = arith::AndIOp::create(
          inner, s.isNaN(x),
          arith::XOrIOp::create(inner, s.isNaN(current), s.constant(inner.getI1Type(), 1)));
      better = arith::OrIOp::create(inner, better, isFirstNaN);
    }
    Value number = arith::IndexCastOp::create(inner, inner.getI64Type(), index);
    return SmallVector<Value>{s.select(better, x, current), s.select(better, number, in[2])};
  };
  Value found = generic(b, {{input, whole}}, {{best, result}, {position, result}}, iterators, body)[1];
  return keep ? keepAxes(b, found, shape, *normal) : found;
}

FailureOr<Value> lowerArgMax(onnx::ArgMaxOp op, Emitter &b) {
  return lowerArgument(b, int64_t(op.getAxis()), op.getKeepdims() != 0, op.getSelectLastIndex() != 0,
                       /*least=*/false);
}

FailureOr<Value> lowerArgMin(onnx::ArgMinOp op, Emitter &b) {
  return lowerArgument(b, int64_t(op.getAxis()), op.getKeepdims() != 0, op.getSelectLastIndex() != 0,
                       /*least=*/true);
}

} // namespace

void populateReductionPatterns(LoweringPatterns &patterns) {
  using Start = Reduction::Start;
  auto maximum = [](Scalars &s, Value best, Value x) { return s.maximum(best, x); };
  auto minimum = [](Scalars &s, Value best, Value x) { return s.minimum(best, x); };
  auto product = [](Scalars &s, Value product, Value x) { return s.multiply(product, x); };
  add<onnx::ReduceSumOp>(patterns, {});
  add<onnx::ReduceMeanOp>(patterns, {.accepted = Elements::Numbers, .finish = divideByCount});
  add<onnx::ReduceMaxOp>(patterns, {.start = Start::Lowest, .combine = maximum});
  add<onnx::ReduceMinOp>(patterns, {.start = Start::Highest, .combine = minimum});
  add<onnx::ReduceProdOp>(patterns, {.start = Start::One, .combine = product});
  add<onnx::ReduceL1Op>(patterns, {.element = absolute});
  add<onnx::ReduceL2Op>(patterns, {.accepted = Elements::Floats, .element = square, .finish = squareRoot});
  add<onnx::ReduceSumSquareOp>(patterns, {.element = square});
  add<onnx::ReduceLogSumOp>(patterns, {.accepted = Elements::SingleFloats, .finish = logarithm});
  patterns.add<onnx::ReduceLogSumExpOp>(lowerLogSumExp);
  patterns.add<onnx::GlobalAveragePoolOp>(lowerGlobalPool<onnx::GlobalAveragePoolOp, true>);
  patterns.add<onnx::GlobalMaxPoolOp>(lowerGlobalPool<onnx::GlobalMaxPoolOp, false>);
  patterns.add<onnx::ArgMaxOp>(lowerArgMax);
  patterns.add<onnx::ArgMinOp>(lowerArgMin);
}

} // namespace quern::structure
