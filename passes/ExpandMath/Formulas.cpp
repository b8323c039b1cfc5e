// Formulas for functions that need more than a polynomial.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ExpandMath/Formulas.h"

#include <limits>
#include <numbers>

using namespace mlir;

namespace quern {

using Predicate = arith::CmpFPredicate;

namespace {

/// An angle as a multiple of pi/2 and a rest in [-pi/4, pi/4].
struct ReducedAngle {
  Float quarter; ///< the multiple modulo 4: 0, 1, 2 or 3
  Float rest;
};

ReducedAngle reduceAngle(Float x) {
  Float wide = x.as64();
  Float multiple = roundEven(wide * (2 / std::numbers::pi));
  // pi/2 in two parts, the first with few enough digits that its product with the multiple is exact.
  Float rest = (wide - multiple * 0x1.921fb544p+0) - multiple * 0x1.0b4611a626331p-34;
  Float quarter = multiple - floorOf(multiple * 0.25) * 4;
  return {quarter.as32(), rest.as32()};
}

/// sin(r) and cos(r) for |r| <= pi/4: the Taylor series to the terms that count in single precision.
Float sineOfRest(Float r) {
  Float square = r * r;
  return r + r * square * polynomial(square, {-1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880});
}

Float cosineOfRest(Float r) {
  Float square = r * r;
  return square * polynomial(square, {-0.5, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800}) + 1.0;
}

/// sin(rest + quarter * pi/2), where odd quarters exchange sine and cosine and the upper two change the sign.
Float sineOfQuarters(Float quarter, Float rest) {
  Float half = quarter * 0.5;
  Value isOdd = compare(Predicate::ONE, floorOf(half), half);
  Value isUpper = compare(Predicate::OGE, quarter, quarter.number(2));
  Float magnitude = select(isOdd, cosineOfRest(rest), sineOfRest(rest));
  return select(isUpper, magnitude * -1.0, magnitude);
}

} // namespace

Float sine(Float x) {
  ReducedAngle angle = reduceAngle(x);
  return sineOfQuarters(angle.quarter, angle.rest);
}

Float cosine(Float x) {
  ReducedAngle angle = reduceAngle(x);
  Float next = angle.quarter + 1.0;
  return sineOfQuarters(select(compare(Predicate::OEQ, next, next.number(4)), next.number(0), next),
                        angle.rest);
}

Float tangent(Float x) {
  ReducedAngle angle = reduceAngle(x);
  Float half = angle.quarter * 0.5;
  Value isOdd = compare(Predicate::ONE, floorOf(half), half);
  Float s = sineOfRest(angle.rest), c = cosineOfRest(angle.rest);
  return select(isOdd, c * -1.0, s) / select(isOdd, s, c);
}

/// With e = exp(|x|) - 1: (e + e / (e + 1)) / 2, which keeps the digits of small x. Where e overflows the
/// result does too, but for the last log(2) of the range: there exp(|x| - log 2) is the result.
Float hyperbolicSine(Float x) {
  Float magnitude = absolute(x);
  Float e = exponentialLess1(magnitude);
  Float inner = (e + e / (e + 1.0)) * 0.5;
  Float outer = exponential(magnitude - std::numbers::ln2);
  return copySign(select(compare(Predicate::OGT, magnitude, x.number(88)), outer, inner), x);
}

Float hyperbolicCosine(Float x) {
  Float magnitude = absolute(x);
  Float e = exponential(magnitude);
  Float outer = exponential(magnitude - std::numbers::ln2);
  return select(compare(Predicate::OGT, magnitude, x.number(88)), outer, (e + 1.0 / e) * 0.5);
}

/// log(|x| + sqrt(x^2 + 1)) = log1p(|x| + x^2 / (1 + sqrt(x^2 + 1))); where x^2 would overflow, log(|x|) +
/// log(2).
Float inverseHyperbolicSine(Float x) {
  Float magnitude = absolute(x), square = x * x;
  Float inner = logarithmOf1Plus(magnitude + square / (squareRoot(square + 1.0) + 1.0));
  Float outer = logarithm(magnitude) + std::numbers::ln2;
  return copySign(select(compare(Predicate::OGT, magnitude, x.number(1e8)), outer, inner), x);
}

/// log(x + sqrt(x^2 - 1)) = log1p(t + sqrt(2 t + t^2)) with t = x - 1
Float inverseHyperbolicCosine(Float x) {
  Float t = x - 1.0;
  Float inner = logarithmOf1Plus(t + squareRoot(t * 2.0 + t * t));
  Float outer = logarithm(x) + std::numbers::ln2;
  return select(compare(Predicate::OGT, x, x.number(1e8)), outer, inner);
}

/// log((1 + x) / (1 - x)) / 2
Float inverseHyperbolicTangent(Float x) {
  Float magnitude = absolute(x);
  Float half = logarithmOf1Plus(magnitude * 2.0 / (x.number(1) - magnitude)) * 0.5;
  return copySign(half, x);
}

Float power(Float x, Float y) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Float magnitude = absolute(x);
  Float result = exponential(y * logarithm(magnitude));
  // |x| = 1 gives 1 even for an infinite y, where 0 * infinity would not.
  result = select(compare(Predicate::OEQ, magnitude, x.number(1)), x.number(1), result);
  Float half = y * 0.5;
  Value isWhole = compare(Predicate::OEQ, floorOf(y), y);
  Value isEven = compare(Predicate::OEQ, floorOf(half), half);
  // A negative x gives its sign to odd powers, and no power that is not whole; -0 and -infinity have all
  // powers.
  Float signedResult = select(isEven, result, copySign(result, x));
  Float whereWhole = select(isWhole, signedResult, result);
  Value isNegative = compare(Predicate::OLT, x, x.number(0));
  Value isFinite = compare(Predicate::OLT, magnitude, x.number(infinity));
  Value isNegativeNumber = arith::AndIOp::create(x.builder(), isNegative, isFinite);
  Float notWhole = select(isNegativeNumber, x.number(std::numeric_limits<double>::quiet_NaN()), result);
  result = select(isWhole, whereWhole, notWhole);
  Value isOne = compare(Predicate::OEQ, x, x.number(1)), toZero = compare(Predicate::OEQ, y, y.number(0));
  return select(arith::OrIOp::create(x.builder(), isOne, toZero), x.number(1), result);
}

/// `x` with its last 25 bits cleared: 28 significant ones remain.
static Float clearLowBits(Float x) {
  ImplicitLocOpBuilder &b = x.builder();
  Type integer = b.getI64Type();
  TypedAttr mask = b.getI64IntegerAttr(~((int64_t(1) << 25) - 1));
  if (auto vector = dyn_cast<ShapedType>(x.type())) {
    integer = vector.clone(integer);
    mask = SplatElementsAttr::get(cast<ShapedType>(integer), Attribute(mask));
  }
  Value bits = arith::BitcastOp::create(b, integer, x);
  Value cleared = arith::AndIOp::create(b, bits, arith::ConstantOp::create(b, mask));
  return {b, arith::BitcastOp::create(b, x.type(), cleared)};
}

/// Each step takes the leading 28 bits of the quotient q off: q * y is exact in double precision, and so is x
/// - q * y, for both are multiples of one power of two. The quotient of two floats has at most 277 bits.
Float remainder(Float x, Float y) {
  Float rest = absolute(x).as64(), divisor = absolute(y).as64();
  for (int step = 0; step < 10; ++step) {
    Float quotient = floorOf(clearLowBits(rest / divisor));
    rest = rest - quotient * divisor;
    // The division may have rounded up to the next whole number.
    rest = select(compare(Predicate::OLT, rest, rest.number(0)), rest + divisor, rest);
  }
  Value isSmaller = compare(Predicate::OLT, absolute(x), absolute(y)); // y may be infinite
  return select(isSmaller, x, copySign(rest.as32(), x));
}

namespace {

bool isSingle(Type type) { return getElementTypeOrSelf(type).isF32(); }

template <typename Op, Float (*formula)(Float)> struct UnaryFormula : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (!isSingle(op.getType()))
      return rewriter.notifyMatchFailure(op, "expected single precision");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, Value(formula({b, op.getOperand()})));
    return success();
  }
};

template <typename Op, Float (*formula)(Float, Float)> struct BinaryFormula : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (!isSingle(op.getType()))
      return rewriter.notifyMatchFailure(op, "expected single precision");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, Value(formula({b, op.getLhs()}, {b, op.getRhs()})));
    return success();
  }
};

} // namespace

void populateFormulaPatterns(RewritePatternSet &patterns) {
  patterns
      .add<UnaryFormula<math::SinOp, sine>, UnaryFormula<math::CosOp, cosine>,
           UnaryFormula<math::TanOp, tangent>, UnaryFormula<math::SinhOp, hyperbolicSine>,
           UnaryFormula<math::CoshOp, hyperbolicCosine>, UnaryFormula<math::AsinhOp, inverseHyperbolicSine>,
           UnaryFormula<math::AcoshOp, inverseHyperbolicCosine>,
           UnaryFormula<math::AtanhOp, inverseHyperbolicTangent>, BinaryFormula<math::PowFOp, power>,
           BinaryFormula<arith::RemFOp, remainder>>(patterns.getContext());
}

} // namespace quern
