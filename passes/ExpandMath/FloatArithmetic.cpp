// Arithmetic on floats, scalars and vectors alike.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/ExpandMath/FloatArithmetic.h"

using namespace mlir;

namespace quern {

Float Float::number(double number) const {
  FloatAttr scalar = b->getFloatAttr(getElementTypeOrSelf(type()), number);
  if (auto vector = dyn_cast<ShapedType>(type()))
    return {*b, arith::ConstantOp::create(*b, SplatElementsAttr::get(vector, scalar))};
  return {*b, arith::ConstantOp::create(*b, scalar)};
}

Float Float::resized(unsigned width) const {
  unsigned own = getElementTypeOrSelf(type()).getIntOrFloatBitWidth();
  Type element = width == 32 ? Type(b->getF32Type()) : Type(b->getF64Type());
  Type target = element;
  if (auto vector = dyn_cast<ShapedType>(type()))
    target = vector.clone(element);
  if (own == width)
    return *this;
  if (own < width)
    return {*b, arith::ExtFOp::create(*b, target, value)};
  return {*b, arith::TruncFOp::create(*b, target, value)};
}

Float operator+(Float x, Float y) { return {x.builder(), arith::AddFOp::create(x.builder(), x, y)}; }
Float operator-(Float x, Float y) { return {x.builder(), arith::SubFOp::create(x.builder(), x, y)}; }
Float operator*(Float x, Float y) { return {x.builder(), arith::MulFOp::create(x.builder(), x, y)}; }
Float operator/(Float x, Float y) { return {x.builder(), arith::DivFOp::create(x.builder(), x, y)}; }

Float copySign(Float x, Float sign) { return {x.builder(), math::CopySignOp::create(x.builder(), x, sign)}; }

Value compare(arith::CmpFPredicate predicate, Float x, Float y) {
  return arith::CmpFOp::create(x.builder(), predicate, x, y);
}

Float select(Value condition, Float x, Float y) {
  return {x.builder(), arith::SelectOp::create(x.builder(), condition, x, y)};
}

Float polynomial(Float x, ArrayRef<double> coefficients) {
  Float sum = x.number(coefficients.back());
  for (double coefficient : llvm::reverse(coefficients.drop_back()))
    sum = sum * x + coefficient;
  return sum;
}

} // namespace quern
