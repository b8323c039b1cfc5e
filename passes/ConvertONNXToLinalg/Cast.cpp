// Conversions between element types.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/ONNX/IR/Tensor.h"
#include "passes/ConvertONNXToLinalg/Elementwise.h"

using namespace mlir;

namespace quern::structure {

template <typename Op> static FailureOr<Value> lowerCast(Op, Emitter &b) {
  Type to = b.resultElement();
  Type stated = getElementTypeOrSelf(b.op->getResult(0).getType());
  if (!accepts(Elements::Numbers, to))
    return b.refuse("expected a conversion to integers, bool, float16, bfloat16, float or double");
  if (elementOf(b.operands[0]).isF64() && isa<FloatType>(to) && to.getIntOrFloatBitWidth() < 32)
    return b.refuse(
        "expected a conversion from double to float or integers: that to 16 bits would round twice");
  bool toUnsigned = stated.isUnsignedInteger();
  if (elementOf(b.operands[0]) == to)
    return b.operands[0];
  return lowerElementwise(b, b.operands[0], Elements::Numbers,
                          [&](Scalars &s, ValueRange in) { return s.convert(in[0], to, toUnsigned); });
}

void populateCastPatterns(LoweringPatterns &patterns) {
  patterns.add<onnx::CastOp>(lowerCast<onnx::CastOp>);
  patterns.add<onnx::CastLikeOp>(lowerCast<onnx::CastLikeOp>);
}

} // namespace quern::structure
