// Arithmetic on scalars of any number type.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ConvertONNXToLinalg/Scalars.h"

#include "passes/ConvertONNXToLinalg/StructureBuilders.h"

using namespace mlir;

namespace quern::structure {

static bool isFloat(Value x) { return isa<FloatType>(x.getType()); }

Value Scalars::constant(Type type, double number) { return scalar(b, type, number); }

Value Scalars::add(Value x, Value y) {
  return isFloat(x) ? Value(arith::AddFOp::create(b, x, y)) : Value(arith::AddIOp::create(b, x, y));
}

Value Scalars::subtract(Value x, Value y) {
  return isFloat(x) ? Value(arith::SubFOp::create(b, x, y)) : Value(arith::SubIOp::create(b, x, y));
}

Value Scalars::multiply(Value x, Value y) {
  return isFloat(x) ? Value(arith::MulFOp::create(b, x, y)) : Value(arith::MulIOp::create(b, x, y));
}

Value Scalars::divide(Value x, Value y) {
  if (isFloat(x))
    return arith::DivFOp::create(b, x, y);
  Value zero = constant(x.getType(), 0), one = constant(x.getType(), 1);
  // The two divisions that the hardware traps on never reach it.
  Value byZero = equal(y, zero);
  Value quotient;
  if (isUnsigned) {
    quotient = arith::DivUIOp::create(b, x, select(byZero, one, y));
  } else {
    Value byMinusOne = equal(y, constant(x.getType(), -1));
    Value safe = select(arith::OrIOp::create(b, byZero, byMinusOne), one, y);
    quotient = select(byMinusOne, subtract(zero, x), arith::DivSIOp::create(b, x, safe));
  }
  return select(byZero, zero, quotient);
}

Value Scalars::remainder(Value x, Value y) {
  if (isFloat(x))
    return arith::RemFOp::create(b, x, y);
  return subtract(x, multiply(divide(x, y), y));
}

Value Scalars::floorRemainder(Value x, Value y) {
  Value rest = remainder(x, y);
  if (isUnsigned)
    return rest;
  Value zero = constant(x.getType(), 0);
  Value signsDiffer = arith::XOrIOp::create(b, less(rest, zero), less(y, zero));
  Value nonZero = arith::XOrIOp::create(b, equal(rest, zero), constant(b.getI1Type(), 1));
  return select(arith::AndIOp::create(b, signsDiffer, nonZero), add(rest, y), rest);
}

Value Scalars::maximum(Value x, Value y) {
  if (isFloat(x))
    return arith::MaximumFOp::create(b, x, y);
  return isUnsigned ? Value(arith::MaxUIOp::create(b, x, y)) : Value(arith::MaxSIOp::create(b, x, y));
}

Value Scalars::minimum(Value x, Value y) {
  if (isFloat(x))
    return arith::MinimumFOp::create(b, x, y);
  return isUnsigned ? Value(arith::MinUIOp::create(b, x, y)) : Value(arith::MinSIOp::create(b, x, y));
}

Value Scalars::negate(Value x) {
  return isFloat(x) ? Value(arith::NegFOp::create(b, x)) : subtract(constant(x.getType(), 0), x);
}

Value Scalars::absolute(Value x) {
  if (isFloat(x))
    return math::AbsFOp::create(b, x);
  return isUnsigned ? x : Value(math::AbsIOp::create(b, x));
}

Value Scalars::sign(Value x) {
  Value zero = constant(x.getType(), 0), one = constant(x.getType(), 1);
  Value positive = less(zero, x);
  if (isUnsigned)
    return select(positive, one, zero);
  Value notPositive =
      select(less(x, zero), constant(x.getType(), -1), isFloat(x) ? select(isNaN(x), x, zero) : zero);
  return select(positive, one, notPositive);
}

Value Scalars::equal(Value x, Value y) {
  if (isFloat(x))
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, x, y);
  return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, x, y);
}

Value Scalars::less(Value x, Value y) {
  if (isFloat(x))
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, y);
  return arith::CmpIOp::create(b, isUnsigned ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt, x, y);
}

Value Scalars::lessOrEqual(Value x, Value y) {
  if (isFloat(x))
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OLE, x, y);
  return arith::CmpIOp::create(b, isUnsigned ? arith::CmpIPredicate::ule : arith::CmpIPredicate::sle, x, y);
}

Value Scalars::isNaN(Value x) { return arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, x, x); }

Value Scalars::select(Value condition, Value x, Value y) {
  return arith::SelectOp::create(b, condition, x, y);
}

Value Scalars::logistic(Value x) {
  Value one = constant(x.getType(), 1);
  return divide(one, add(one, exponential(negate(x))));
}

static Value floatToInteger(Scalars &s, Value x, IntegerType type, bool toUnsigned) {
  ImplicitLocOpBuilder &b = s.b;
  // The greatest value of `type` is rounded towards zero: the conversion is undefined beyond it.
  unsigned width = type.getWidth();
  APInt highest = toUnsigned ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width);
  APInt lowest = toUnsigned ? APInt::getMinValue(width) : APInt::getSignedMinValue(width);
  auto bound = [&](const APInt &integer) -> Value {
    APFloat number(cast<FloatType>(x.getType()).getFloatSemantics());
    number.convertFromAPInt(integer, !toUnsigned, APFloat::rmTowardZero);
    return arith::ConstantOp::create(b, b.getFloatAttr(x.getType(), number));
  };
  Value clamped = s.select(s.isNaN(x), s.constant(x.getType(), 0), s.clamp(x, bound(lowest), bound(highest)));
  return toUnsigned ? Value(arith::FPToUIOp::create(b, type, clamped))
                    : Value(arith::FPToSIOp::create(b, type, clamped));
}

Value Scalars::convert(Value x, Type type, bool toUnsigned) {
  if (x.getType() == type)
    return x;
  if (type.isInteger(1)) {
    Value isZero = equal(x, constant(x.getType(), 0));
    return arith::XOrIOp::create(b, isZero, constant(type, 1));
  }
  if (auto target = dyn_cast<FloatType>(type)) {
    auto source = dyn_cast<FloatType>(x.getType());
    if (!source)
      return isUnsigned ? Value(arith::UIToFPOp::create(b, type, x))
                        : Value(arith::SIToFPOp::create(b, type, x));
    if (source.getWidth() < target.getWidth())
      return arith::ExtFOp::create(b, type, x);
    if (source.getWidth() == target.getWidth()) // f16 and bf16 meet in f32
      return convert(convert(x, b.getF32Type(), false), type, false);
    return arith::TruncFOp::create(b, type, x);
  }
  auto target = cast<IntegerType>(type);
  if (isFloat(x))
    return floatToInteger(*this, x, target, toUnsigned);
  unsigned width = x.getType().getIntOrFloatBitWidth();
  if (width > target.getWidth())
    return arith::TruncIOp::create(b, type, x);
  return isUnsigned ? Value(arith::ExtUIOp::create(b, type, x)) : Value(arith::ExtSIOp::create(b, type, x));
}

} // namespace quern::structure
