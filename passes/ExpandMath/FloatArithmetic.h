// Arithmetic on floats, scalars and vectors alike, that reads like the formulas.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quern {

/// A float value and the builder that computes with it.
class Float {
public:
  Float(mlir::ImplicitLocOpBuilder &b, mlir::Value value) : b(&b), value(value) {}

  /// `number` in the type of this value.
  Float number(double number) const;
  /// This value as a float of 32 or 64 bits.
  Float as32() const { return resized(32); }
  Float as64() const { return resized(64); }

  mlir::ImplicitLocOpBuilder &builder() const { return *b; }
  mlir::Type type() const { return value.getType(); }
  operator mlir::Value() const { return value; }

private:
  Float resized(unsigned width) const;

  mlir::ImplicitLocOpBuilder *b;
  mlir::Value value;
};

Float operator+(Float x, Float y);
Float operator-(Float x, Float y);
Float operator*(Float x, Float y);
Float operator/(Float x, Float y);
inline Float operator+(Float x, double y) { return x + x.number(y); }
inline Float operator-(Float x, double y) { return x - x.number(y); }
inline Float operator*(Float x, double y) { return x * x.number(y); }
inline Float operator/(double x, Float y) { return y.number(x) / y; }

/// The op `Op` of one operand.
template <typename Op> Float apply(Float x) { return {x.builder(), Op::create(x.builder(), x)}; }
inline Float absolute(Float x) { return apply<mlir::math::AbsFOp>(x); }
inline Float floorOf(Float x) { return apply<mlir::math::FloorOp>(x); }
inline Float roundEven(Float x) { return apply<mlir::math::RoundEvenOp>(x); }
inline Float squareRoot(Float x) { return apply<mlir::math::SqrtOp>(x); }
inline Float exponential(Float x) { return apply<mlir::math::ExpOp>(x); }
inline Float exponentialLess1(Float x) { return apply<mlir::math::ExpM1Op>(x); }
inline Float logarithm(Float x) { return apply<mlir::math::LogOp>(x); }
inline Float logarithmOf1Plus(Float x) { return apply<mlir::math::Log1pOp>(x); }
/// The magnitude of `x` with the sign of `sign`.
Float copySign(Float x, Float sign);

mlir::Value compare(mlir::arith::CmpFPredicate predicate, Float x, Float y);
Float select(mlir::Value condition, Float x, Float y);

/// c[0] + x * (c[1] + x * (c[2] + ...))
Float polynomial(Float x, llvm::ArrayRef<double> coefficients);

} // namespace quern
