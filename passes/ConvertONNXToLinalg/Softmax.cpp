// Softmax and its relatives.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Math.h"
#include "passes/ConvertONNXToLinalg/Elementwise.h"
#include "passes/ConvertONNXToLinalg/Reduction.h"

using namespace mlir;

namespace quern::structure {

/// With d = x - max(x): softmax = exp(d) / sum(exp(d)), its logarithm = d - log(sum(exp(d))).
template <typename Op, bool isLog> static FailureOr<Value> lowerSoftmax(Op op, Emitter &b) {
  if (!accepts(Elements::SingleFloats, elementOf(b.operands[0])))
    return b.refuse("expected elements that are " + describe(Elements::SingleFloats));
  FailureOr<int64_t> axis = normalizeAxis(int64_t(op.getAxis()), tensorType(b.operands[0]).getRank());
  if (failed(axis))
    return b.refuse("expected an axis within the rank of the input");
  Value input = extendHalf(b, b.operands[0]);
  SmallVector<int64_t> shape(shapeOf(input));
  Value highest = keepAxes(b, maximumAlong(b, input, *axis, false), shape, *axis);
  Value powers, differences;
  if (isLog) {
    differences =
        mapElements(b, {input, highest}, [](Scalars &s, ValueRange in) { return s.subtract(in[0], in[1]); });
    powers = mapElements(b, differences, [](Scalars &s, ValueRange in) { return s.exponential(in[0]); });
  } else {
    powers = mapElements(b, {input, highest},
                         [](Scalars &s, ValueRange in) { return s.exponential(s.subtract(in[0], in[1])); });
  }
  Value sum = keepAxes(b, sumAlong(b, powers, *axis), shape, *axis);
  Value result =
      isLog ? mapElements(b, {differences, sum},
                          [](Scalars &s, ValueRange in) {
                            return s.subtract(in[0], math::LogOp::create(s.b, in[1]));
                          })
            : mapElements(b, {powers, sum}, [](Scalars &s, ValueRange in) { return s.divide(in[0], in[1]); });
  return roundTo(b, result, b.resultElement());
}

void populateSoftmaxPatterns(LoweringPatterns &patterns) {
  patterns.add<onnx::SoftmaxOp>(lowerSoftmax<onnx::SoftmaxOp, false>);
  patterns.add<onnx::LogSoftmaxOp>(lowerSoftmax<onnx::LogSoftmaxOp, true>);
}

} // namespace quern::structure
