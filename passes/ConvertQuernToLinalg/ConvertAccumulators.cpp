// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernOps.h"
#include "passes/ConvertQuernToLinalg/CodeArithmetic.h"
#include "passes/ConvertQuernToLinalg/Parameters.h"
#include "passes/ConvertQuernToLinalg/Patterns.h"

using namespace mlir;
using namespace quern::structure;

namespace quern {
namespace {

/// The dimensions along which parameters with an optional `axis` vary.
SmallVector<int64_t> dimensionsOf(std::optional<int64_t> axis) {
  return axis ? SmallVector<int64_t>{*axis} : SmallVector<int64_t>{};
}

/// rhe(clamp(f32(acc) * m, lo - z, hi - z)) + z. f32(acc) is finite and so is m: the product is no NaN.
struct ConvertRequantize : OpConversionPattern<RequantizeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(RequantizeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    BodyOperands operands(b, shapeOf(op.getInput()));
    auto accumulator = operands.add(adaptor.getInput());
    auto multiplier = operands.addFloats(op.getMultipliers(), dimensionsOf(op.getAxis()));
    CodeRounding rounding{op.getZeroPoint(), op.getMin(), op.getMax()};
    Type storage = b.getIntegerType(8);
    rewriter.replaceOp(op, mapElements(b, operands.getShape(), storage, operands.get(),
                                       [&](ImplicitLocOpBuilder &b, ValueRange in) {
                                         Value real = accumulator(b, in);
                                         if (real.getType().isInteger())
                                           real = toFloat(b, real);
                                         Value scaled = arith::MulFOp::create(b, real, multiplier(b, in));
                                         return roundToCode(b, scaled, rounding, storage, NaNs::Impossible);
                                       }));
    return success();
  }
};

/// f32(acc) * s.
struct ConvertDequantizeAccumulator : OpConversionPattern<DequantizeAccumulatorOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(DequantizeAccumulatorOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    BodyOperands operands(b, shapeOf(op.getInput()));
    auto accumulator = operands.add(adaptor.getInput());
    auto scale = operands.addFloats(op.getScales(), dimensionsOf(op.getAxis()));
    rewriter.replaceOp(op, mapElements(b, operands.getShape(), b.getF32Type(), operands.get(),
                                       [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
                                         Value real = toFloat(b, accumulator(b, in));
                                         return arith::MulFOp::create(b, real, scale(b, in));
                                       }));
    return success();
  }
};

} // namespace

void populateAccumulatorPatterns(const TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<ConvertRequantize, ConvertDequantizeAccumulator>(types, patterns.getContext());
}

} // namespace quern
