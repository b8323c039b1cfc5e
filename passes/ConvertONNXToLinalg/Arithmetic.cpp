// Elementwise arithmetic and functions of one variable.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Logical.h"
#include "dialects/ONNX/IR/Math.h"
#include "dialects/ONNX/IR/NN.h"
#include "passes/ConvertONNXToLinalg/Contraction.h"
#include "passes/ConvertONNXToLinalg/Elementwise.h"

using namespace mlir;

namespace quern::structure {

/// Folds all operands with `combine`; integers and floats alike.
static Value fold(ValueRange in, llvm::function_ref<Value(Value, Value)> combine) {
  Value result = in[0];
  for (Value next : in.drop_front())
    result = combine(result, next);
  return result;
}

/// True if `value` is an integer contraction that only one op uses.
static bool isPrivateContraction(Value value) {
  return value.hasOneUse() &&
         isa_and_nonnull<onnx::ConvIntegerOp, onnx::MatMulIntegerOp>(value.getDefiningOp());
}

/// x + y. The sum of an integer contraction and its bias is the contraction that starts at the bias.
static FailureOr<Value> lowerAdd(onnx::AddOp op, Emitter &b) {
  for (auto [sum, bias] : {std::pair(0, 1), std::pair(1, 0)})
    if (isPrivateContraction(op->getOperand(sum)))
      if (Value result = contractOnBias(b, b.operands[sum], b.operands[bias]))
        return result;
  return lowerElementwise(b, b.operands, Elements::Numbers,
                          [](Scalars &s, ValueRange in) { return s.add(in[0], in[1]); });
}

/// x^y. The exponents that need no logarithm are the common ones, and exact.
static FailureOr<Value> lowerPow(onnx::PowOp, Emitter &b) {
  FailureOr<SmallVector<double>> exponents = b.constantNumbers(1);
  bool uniform = succeeded(exponents) && !exponents->empty() && llvm::all_equal(*exponents);
  double exponent = uniform ? exponents->front() : 0;
  bool isSquare = uniform && (exponent == 1 || exponent == 2 || exponent == 3);
  if (!isSquare && !accepts(Elements::SingleFloats, elementOf(b.operands[0])))
    return b.refuse("expected a base that is float16, bfloat16 or float, or a constant exponent 1, 2 or 3");
  bool exponentIsUnsigned = b.isUnsigned(1);
  return lowerElementwise(b, b.operands, Elements::Numbers, [&](Scalars &s, ValueRange in) -> Value {
    Value x = in[0];
    if (isSquare)
      return exponent == 1 ? x : exponent == 2 ? s.multiply(x, x) : s.multiply(s.multiply(x, x), x);
    if (uniform && exponent == 0.5)
      return math::SqrtOp::create(s.b, x);
    if (uniform && exponent == -1)
      return s.divide(s.constant(x.getType(), 1), x);
    Value y = Scalars(s.b, exponentIsUnsigned).convert(in[1], x.getType(), false);
    return math::PowFOp::create(s.b, x, y);
  });
}

/// fmod = 0: the sign of the divisor (integers only); fmod = 1: the sign of the dividend.
static FailureOr<Value> lowerMod(onnx::ModOp op, Emitter &b) {
  bool ofDividend = op.getFmod() != 0;
  if (!ofDividend && isa<FloatType>(elementOf(b.operands[0])))
    return b.refuse("expected fmod = 1 for float operands");
  if (elementOf(b.operands[0]).isF64())
    return b.refuse("expected integers, float16, bfloat16 or float");
  return lowerElementwise(b, b.operands, Elements::Numbers, [&](Scalars &s, ValueRange in) {
    return ofDividend ? s.remainder(in[0], in[1]) : s.floorRemainder(in[0], in[1]);
  });
}

/// x << y or x >> y, arithmetic for signed x. Beyond the width, and by a negative y, all bits leave: 0 or the
/// sign remain.
static FailureOr<Value> lowerBitShift(onnx::BitShiftOp op, Emitter &b) {
  bool left = op.getDirection() == "LEFT";
  if (!left && op.getDirection() != "RIGHT")
    return b.refuse("expected direction LEFT or RIGHT");
  return lowerElementwise(b, b.operands, Elements::Integers, [&](Scalars &s, ValueRange in) -> Value {
    Type type = in[0].getType();
    unsigned width = type.getIntOrFloatBitWidth();
    Value fits = Scalars(s.b, /*isUnsigned=*/true).less(in[1], s.constant(type, width));
    Value last = s.constant(type, width - 1), amount = s.select(fits, in[1], last);
    if (!left && !s.isUnsigned)
      return arith::ShRSIOp::create(s.b, in[0], amount);
    Value shifted = left ? Value(arith::ShLIOp::create(s.b, in[0], amount))
                         : Value(arith::ShRUIOp::create(s.b, in[0], amount));
    return s.select(fits, shifted, s.constant(type, 0));
  });
}

template <typename Op, typename MathOp>
static void addFunction(LoweringPatterns &patterns, Elements accepted) {
  addElementwise<Op>(patterns, accepted,
                     [](Scalars &s, Op, ValueRange in) -> Value { return MathOp::create(s.b, in[0]); });
}

static void populateFunctions(LoweringPatterns &patterns) {
  addFunction<onnx::ExpOp, math::ExpOp>(patterns, Elements::SingleFloats);
  addFunction<onnx::LogOp, math::LogOp>(patterns, Elements::SingleFloats);
  addFunction<onnx::ErfOp, math::ErfOp>(patterns, Elements::SingleFloats);
  addFunction<onnx::SinOp, math::SinOp>(patterns, Elements::SingleFloats);
  addFunction<onnx::CosOp, math::CosOp>(patterns, Elements::SingleFloats);
  addFunction<onnx::TanOp, math::TanOp>(patterns, Elements::SingleFloats);
  addFunction<onnx::AsinOp, math::AsinOp>(patterns, Elements::SingleFloats);
  addFunction<onnx::AcosOp, math::AcosOp>(patterns, Elements::SingleFloats);
  addFunction<onnx::AtanOp, math::AtanOp>(patterns, Elements::SingleFloats);
  addFunction<onnx::SinhOp, math::SinhOp>(patterns, Elements::SingleFloats);
  addFunction<onnx::CoshOp, math::CoshOp>(patterns, Elements::SingleFloats);
  addFunction<onnx::TanhOp, math::TanhOp>(patterns, Elements::SingleFloats);
  addFunction<onnx::AsinhOp, math::AsinhOp>(patterns, Elements::SingleFloats);
  addFunction<onnx::AcoshOp, math::AcoshOp>(patterns, Elements::SingleFloats);
  addFunction<onnx::AtanhOp, math::AtanhOp>(patterns, Elements::SingleFloats);
  addFunction<onnx::SqrtOp, math::SqrtOp>(patterns, Elements::Floats);
  addFunction<onnx::FloorOp, math::FloorOp>(patterns, Elements::Floats);
  addFunction<onnx::CeilOp, math::CeilOp>(patterns, Elements::Floats);
  addFunction<onnx::RoundOp, math::RoundEvenOp>(patterns, Elements::Floats);
}

static void populateBitwise(LoweringPatterns &patterns) {
  patterns.add<onnx::BitShiftOp>(lowerBitShift);
  addElementwise<onnx::BitwiseAndOp>(patterns, Elements::Integers,
                                     [](Scalars &s, onnx::BitwiseAndOp, ValueRange in) {
                                       return Value(arith::AndIOp::create(s.b, in[0], in[1]));
                                     });
  addElementwise<onnx::BitwiseOrOp>(patterns, Elements::Integers,
                                    [](Scalars &s, onnx::BitwiseOrOp, ValueRange in) {
                                      return Value(arith::OrIOp::create(s.b, in[0], in[1]));
                                    });
  addElementwise<onnx::BitwiseXorOp>(patterns, Elements::Integers,
                                     [](Scalars &s, onnx::BitwiseXorOp, ValueRange in) {
                                       return Value(arith::XOrIOp::create(s.b, in[0], in[1]));
                                     });
  addElementwise<onnx::BitwiseNotOp>(
      patterns, Elements::Integers, [](Scalars &s, onnx::BitwiseNotOp, ValueRange in) {
        return Value(arith::XOrIOp::create(s.b, in[0], scalarInteger(s.b, in[0].getType(), -1)));
      });
}

void populateArithmeticPatterns(LoweringPatterns &patterns) {
  constexpr Elements numbers = Elements::Numbers;
  patterns.add<onnx::AddOp>(lowerAdd);
  addElementwise<onnx::SubOp>(
      patterns, numbers, [](Scalars &s, onnx::SubOp, ValueRange in) { return s.subtract(in[0], in[1]); });
  addElementwise<onnx::MulOp>(
      patterns, numbers, [](Scalars &s, onnx::MulOp, ValueRange in) { return s.multiply(in[0], in[1]); });
  addElementwise<onnx::DivOp>(patterns, numbers,
                              [](Scalars &s, onnx::DivOp, ValueRange in) { return s.divide(in[0], in[1]); });
  addElementwise<onnx::SumOp>(patterns, numbers, [](Scalars &s, onnx::SumOp, ValueRange in) {
    return fold(in, [&](Value x, Value y) { return s.add(x, y); });
  });
  addElementwise<onnx::MeanOp>(patterns, Elements::Floats, [](Scalars &s, onnx::MeanOp, ValueRange in) {
    Value sum = fold(in, [&](Value x, Value y) { return s.add(x, y); });
    return s.divide(sum, s.constant(sum.getType(), in.size()));
  });
  addElementwise<onnx::MaxOp>(patterns, numbers, [](Scalars &s, onnx::MaxOp, ValueRange in) {
    return fold(in, [&](Value x, Value y) { return s.maximum(x, y); });
  });
  addElementwise<onnx::MinOp>(patterns, numbers, [](Scalars &s, onnx::MinOp, ValueRange in) {
    return fold(in, [&](Value x, Value y) { return s.minimum(x, y); });
  });
  addElementwise<onnx::NegOp>(patterns, numbers,
                              [](Scalars &s, onnx::NegOp, ValueRange in) { return s.negate(in[0]); });
  addElementwise<onnx::AbsOp>(patterns, numbers,
                              [](Scalars &s, onnx::AbsOp, ValueRange in) { return s.absolute(in[0]); });
  addElementwise<onnx::SignOp>(patterns, numbers,
                               [](Scalars &s, onnx::SignOp, ValueRange in) { return s.sign(in[0]); });
  addElementwise<onnx::ReciprocalOp>(patterns, Elements::Floats,
                                     [](Scalars &s, onnx::ReciprocalOp, ValueRange in) {
                                       return s.divide(s.constant(in[0].getType(), 1), in[0]);
                                     });
  patterns.add<onnx::PowOp>(lowerPow);
  patterns.add<onnx::ModOp>(lowerMod);
  populateFunctions(patterns);
  populateBitwise(patterns);
}

} // namespace quern::structure
