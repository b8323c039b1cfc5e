// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernOps.h"
#include "dialects/Quern/IR/QuernStorage.h"
#include "passes/ConvertQuernToLinalg/CodeArithmetic.h"
#include "passes/ConvertQuernToLinalg/Parameters.h"
#include "passes/ConvertQuernToLinalg/Patterns.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

using namespace mlir;
using namespace quern::structure;

namespace quern {
namespace {

/// rhe(clamp(x / s, lo - z, hi - z)) + z. The zero point may vary with the scale, so the bounds are computed
/// from it.
struct ConvertQuantize : OpConversionPattern<QuantizeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(QuantizeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    quant::QuantizedType type = quantizedElementType(op.getType());
    if (type.getStorageTypeIntegralWidth() > 16)
      return rewriter.notifyMatchFailure(op,
                                         "expected codes of at most 16 bits, whose bounds f32 holds exactly");
    auto layout = layOutScales(type, shapeOf(op.getInput()));
    if (failed(layout))
      return rewriter.notifyMatchFailure(op, "expected a uniform quantized type");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    BodyOperands operands(b, layout->shape);
    auto input = operands.add(reshape(b, adaptor.getInput(), layout->shape));
    auto scale = operands.addFloats(layout->scales, layout->dimensions);
    Type storage = cast<TensorType>(getTypeConverter()->convertType(op.getType())).getElementType();
    auto quantize = [&](ImplicitLocOpBuilder &b, Value ratio, const CodeRounding &rounding) {
      return roundToCode(b, ratio, rounding, storage, NaNs::BecomeLowest);
    };
    int64_t lowest = type.getStorageTypeMin(), highest = type.getStorageTypeMax();
    if (llvm::all_equal(layout->zeroPoints)) {
      CodeRounding rounding{layout->zeroPoints.front(), lowest, highest};
      Value codes =
          mapElements(b, layout->shape, storage, operands.get(), [&](ImplicitLocOpBuilder &b, ValueRange in) {
            return quantize(b, arith::DivFOp::create(b, input(b, in), scale(b, in)), rounding);
          });
      rewriter.replaceOp(op, reshape(b, codes, shapeOf(op.getInput())));
      return success();
    }
    // Clamping to the widest bounds that any zero point has keeps the conversion to an integer defined; the
    // exact bounds then hold between integers.
    auto [least, greatest] = std::minmax_element(layout->zeroPoints.begin(), layout->zeroPoints.end());
    CodeRounding wide{0, lowest - *greatest, highest - *least};
    auto zeroPoint = operands.addIntegers(layout->zeroPoints, layout->dimensions);
    Value codes =
        mapElements(b, layout->shape, storage, operands.get(), [&](ImplicitLocOpBuilder &b, ValueRange in) {
          Value ratio = arith::DivFOp::create(b, input(b, in), scale(b, in));
          Value distance = roundToCode(b, ratio, wide, b.getI32Type(), NaNs::BecomeLowest);
          Value code = arith::AddIOp::create(b, distance, zeroPoint(b, in));
          code = arith::MaxSIOp::create(b, code, scalarInteger(b, b.getI32Type(), lowest));
          code = arith::MinSIOp::create(b, code, scalarInteger(b, b.getI32Type(), highest));
          return Value(arith::TruncIOp::create(b, storage, code));
        });
    rewriter.replaceOp(op, reshape(b, codes, shapeOf(op.getInput())));
    return success();
  }
};

/// f32(a - za) * s.
struct ConvertDequantize : OpConversionPattern<DequantizeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(DequantizeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    auto layout = layOutScales(quantizedElementType(op.getInput().getType()), shapeOf(op.getInput()));
    if (failed(layout))
      return rewriter.notifyMatchFailure(op, "expected a uniform quantized type");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    BodyOperands operands(b, layout->shape);
    auto code = operands.add(reshape(b, adaptor.getInput(), layout->shape));
    auto scale = operands.addFloats(layout->scales, layout->dimensions);
    auto zeroPoint = operands.addIntegers(layout->zeroPoints, layout->dimensions);
    bool isUnsigned = holdsUnsignedCodes(op.getInput().getType());
    bool shifts = llvm::any_of(layout->zeroPoints, [](int64_t z) { return z != 0; });
    auto body = [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
      Value distance = widenCode(b, code(b, in), isUnsigned);
      if (shifts)
        distance = arith::SubIOp::create(b, distance, zeroPoint(b, in));
      return arith::MulFOp::create(b, toFloat(b, distance), scale(b, in));
    };
    Value reals = mapElements(b, layout->shape, b.getF32Type(), operands.get(), body);
    rewriter.replaceOp(op, reshape(b, reals, shapeOf(op.getInput())));
    return success();
  }
};

/// Casts between codes and their storage are nothing once both are signless integers.
template <typename CastOp> struct ConvertStorageCast : OpConversionPattern<CastOp> {
  using OpConversionPattern<CastOp>::OpConversionPattern;

  LogicalResult matchAndRewrite(CastOp op, typename CastOp::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, adaptor.getInput());
    return success();
  }
};

/// (x - shift[c]) / scale[c], where no pass has folded it into the neighbours.
struct ConvertEdgeTransform : OpConversionPattern<EdgeTransformOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(EdgeTransformOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    BodyOperands operands(b, shapeOf(op.getInput()));
    auto input = operands.add(adaptor.getInput());
    auto shift = operands.addFloats(op.getShift(), op.getAxis());
    auto scale = operands.addFloats(op.getScale(), op.getAxis());
    auto body = [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
      Value centered = arith::SubFOp::create(b, input(b, in), shift(b, in));
      return arith::DivFOp::create(b, centered, scale(b, in));
    };
    rewriter.replaceOp(op, mapElements(b, operands.getShape(), b.getF32Type(), operands.get(), body));
    return success();
  }
};

/// What calibration wanted to see is seen by then; the value passes through.
struct ConvertObserve : OpConversionPattern<ObserveOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(ObserveOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, adaptor.getInput());
    return success();
  }
};

} // namespace

void populateCodeCastPatterns(const TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<ConvertQuantize, ConvertDequantize, ConvertStorageCast<StorageCastOp>,
               ConvertStorageCast<quant::StorageCastOp>, ConvertEdgeTransform, ConvertObserve>(
      types, patterns.getContext());
}

} // namespace quern
