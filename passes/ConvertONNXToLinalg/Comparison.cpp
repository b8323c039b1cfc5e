// Comparisons, logic, and the choice between two values.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Logical.h"
#include "dialects/ONNX/IR/Tensor.h"
#include "passes/ConvertONNXToLinalg/Elementwise.h"

using namespace mlir;

namespace quern::structure {

static Value logicalNot(Scalars &s, Value x) {
  return arith::XOrIOp::create(s.b, x, s.constant(s.b.getI1Type(), 1));
}

static Value isInfinite(Scalars &s, onnx::IsInfOp op, ValueRange in) {
  double infinity = std::numeric_limits<double>::infinity();
  Value never = s.constant(s.b.getI1Type(), 0);
  auto equals = [&](double bound) { return s.equal(in[0], s.constant(in[0].getType(), bound)); };
  return arith::OrIOp::create(s.b, op.getDetectPositive() ? equals(infinity) : never,
                              op.getDetectNegative() ? equals(-infinity) : never);
}

void populateComparisonPatterns(LoweringPatterns &patterns) {
  constexpr Elements numbers = Elements::Numbers, integers = Elements::Integers;
  addElementwise<onnx::EqualOp>(
      patterns, numbers, [](Scalars &s, onnx::EqualOp, ValueRange in) { return s.equal(in[0], in[1]); });
  addElementwise<onnx::LessOp>(patterns, numbers,
                               [](Scalars &s, onnx::LessOp, ValueRange in) { return s.less(in[0], in[1]); });
  addElementwise<onnx::GreaterOp>(
      patterns, numbers, [](Scalars &s, onnx::GreaterOp, ValueRange in) { return s.less(in[1], in[0]); });
  addElementwise<onnx::LessOrEqualOp>(patterns, numbers, [](Scalars &s, onnx::LessOrEqualOp, ValueRange in) {
    return s.lessOrEqual(in[0], in[1]);
  });
  addElementwise<onnx::GreaterOrEqualOp>(
      patterns, numbers,
      [](Scalars &s, onnx::GreaterOrEqualOp, ValueRange in) { return s.lessOrEqual(in[1], in[0]); });
  addElementwise<onnx::AndOp>(patterns, integers, [](Scalars &s, onnx::AndOp, ValueRange in) {
    return Value(arith::AndIOp::create(s.b, in[0], in[1]));
  });
  addElementwise<onnx::OrOp>(patterns, integers, [](Scalars &s, onnx::OrOp, ValueRange in) {
    return Value(arith::OrIOp::create(s.b, in[0], in[1]));
  });
  addElementwise<onnx::XorOp>(patterns, integers, [](Scalars &s, onnx::XorOp, ValueRange in) {
    return Value(arith::XOrIOp::create(s.b, in[0], in[1]));
  });
  addElementwise<onnx::NotOp>(patterns, integers,
                              [](Scalars &s, onnx::NotOp, ValueRange in) { return logicalNot(s, in[0]); });
  addElementwise<onnx::IsNaNOp>(patterns, Elements::Floats,
                                [](Scalars &s, onnx::IsNaNOp, ValueRange in) { return s.isNaN(in[0]); });
  addElementwise<onnx::IsInfOp>(patterns, Elements::Floats, isInfinite);
  addElementwise<onnx::WhereOp>(patterns, integers, [](Scalars &s, onnx::WhereOp, ValueRange in) {
    return s.select(in[0], in[1], in[2]);
  });
}

} // namespace quern::structure
