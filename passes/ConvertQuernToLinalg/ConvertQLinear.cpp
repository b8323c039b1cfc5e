// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernOps.h"
#include "passes/ConvertQuernToLinalg/CodeArithmetic.h"
#include "passes/ConvertQuernToLinalg/Patterns.h"

using namespace mlir;
using namespace quern::structure;

namespace quern {
namespace {

/// Both operands of a sum or product as distances from their zero points, in a generic that broadcasts them.
template <typename Op, typename Combine>
Value combineCodes(ImplicitLocOpBuilder &b, Op op, Value first, Value second, NaNs nans, Combine combine) {
  bool firstUnsigned = holdsUnsignedCodes(op.getA().getType()),
       secondUnsigned = holdsUnsignedCodes(op.getB().getType());
  CodeRounding rounding{op.getZeroPoint(), op.getMin(), op.getMax()};
  Type storage = b.getIntegerType(8);
  return elementwise(b, shapeOf(op.getResult()), storage, {first, second},
                     [&](ImplicitLocOpBuilder &b, ValueRange in) {
                       Value a = codeDistance(b, in[0], firstUnsigned, op.getAZeroPoint());
                       Value c = codeDistance(b, in[1], secondUnsigned, op.getBZeroPoint());
                       return roundToCode(b, combine(b, a, c), rounding, storage, nans);
                     });
}

/// rhe(clamp(f32(a - za) * ma + f32(b - zb) * mb, lo - z, hi - z)) + z.
struct ConvertQLinearAdd : OpConversionPattern<QLinearAddOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(QLinearAddOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    auto sum = [&](ImplicitLocOpBuilder &b, Value first, Value second) -> Value {
      Value left =
          arith::MulFOp::create(b, toFloat(b, first), arith::ConstantOp::create(b, op.getAMultiplierAttr()));
      Value right =
          arith::MulFOp::create(b, toFloat(b, second), arith::ConstantOp::create(b, op.getBMultiplierAttr()));
      return arith::AddFOp::create(b, left, right);
    };
    // Products of huge multipliers are infinities, whose sum may be no number.
    rewriter.replaceOp(op, combineCodes(b, op, adaptor.getA(), adaptor.getB(), NaNs::BecomeLowest, sum));
    return success();
  }
};

/// rhe(clamp(f32((a - za) * (b - zb)) * m, lo - z, hi - z)) + z.
struct ConvertQLinearMul : OpConversionPattern<QLinearMulOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(QLinearMulOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    auto product = [&](ImplicitLocOpBuilder &b, Value first, Value second) -> Value {
      Value exact = arith::MulIOp::create(b, first, second);
      return arith::MulFOp::create(b, toFloat(b, exact),
                                   arith::ConstantOp::create(b, op.getMultiplierAttr()));
    };
    rewriter.replaceOp(op, combineCodes(b, op, adaptor.getA(), adaptor.getB(), NaNs::Impossible, product));
    return success();
  }
};

} // namespace

void populateQLinearPatterns(const TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<ConvertQLinearAdd, ConvertQLinearMul>(types, patterns.getContext());
}

} // namespace quern
