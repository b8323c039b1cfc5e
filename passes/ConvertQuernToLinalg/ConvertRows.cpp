// Codes whose rows have scales of their own.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernOps.h"
#include "lib/Numerics/RowQuantizer.h"
#include "passes/ConvertQuernToLinalg/CodeArithmetic.h"
#include "passes/ConvertQuernToLinalg/Parameters.h"
#include "passes/ConvertQuernToLinalg/Patterns.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <limits>

using namespace mlir;
using namespace quern::structure;

namespace quern {
namespace {

constexpr CodeRange kCodes = CodeRange::unsignedBits(8);

/// Elements of a row that are compared side by side. Extremes do not depend on an order, and a loop over
/// neighbours has a vector form where one along the row has none.
constexpr int64_t kLanes = 16;

/// The real number of a zero point.
Value realOf(ImplicitLocOpBuilder &b, Value zeroPoint) {
  return toFloat(b, widenCode(b, zeroPoint, /*isUnsigned=*/true));
}

/// Zero, or what lies beyond it in the rows of `input`: [rows]. A comparison with NaN is false, which leaves
/// it out.
Value extremeOfRows(ImplicitLocOpBuilder &b, Value input, arith::CmpFPredicate beyond) {
  Value zero = scalar(b, b.getF32Type(), 0);
  auto choose = [&](ImplicitLocOpBuilder &inner, ValueRange in) -> Value {
    Value isBeyond = arith::CmpFOp::create(inner, beyond, in[0], in[1]);
    return arith::SelectOp::create(inner, isBeyond, in[0], in[1]);
  };
  int64_t rows = shapeOf(input)[0], terms = shapeOf(input)[1];
  if (terms > kLanes && terms % kLanes == 0)
    input = reduce(b, reshape(b, input, {rows, terms / kLanes, kLanes}), {1}, zero, choose);
  return reduce(b, input, {1}, zero, choose);
}

/// (hi - lo) / 255 with both cut to finite bounds, or 1: [rows].
Value scalesOf(ImplicitLocOpBuilder &b, Value lowest, Value highest) {
  Type f32 = b.getF32Type();
  auto body = [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
    Value low = arith::MaximumFOp::create(b, in[0], scalar(b, f32, -kLargestRowExtreme));
    Value high = arith::MinimumFOp::create(b, in[1], scalar(b, f32, kLargestRowExtreme));
    Value range = arith::SubFOp::create(b, high, low);
    Value scale = arith::DivFOp::create(b, range, scalar(b, f32, kCodes.steps()));
    Value smallest = scalar(b, f32, std::numeric_limits<float>::min());
    Value isSmall = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, scale, smallest);
    return arith::SelectOp::create(b, isSmall, scalar(b, f32, 1), scale);
  };
  return mapElements(b, shapeOf(lowest), f32, {identityOperand(b, lowest), identityOperand(b, highest)},
                     body);
}

/// rhe(-lo / s): [rows].
Value zeroPointsOf(ImplicitLocOpBuilder &b, Value lowest, Value scales) {
  auto body = [&](ImplicitLocOpBuilder &b, ValueRange in) {
    Value low = arith::MaximumFOp::create(b, in[0], scalar(b, b.getF32Type(), -kLargestRowExtreme));
    Value ratio = arith::DivFOp::create(b, arith::NegFOp::create(b, low), in[1]);
    return roundToCode(b, ratio, {0, kCodes.lowest, kCodes.highest}, b.getI8Type(), NaNs::Impossible);
  };
  return mapElements(b, shapeOf(lowest), b.getI8Type(),
                     {identityOperand(b, lowest), identityOperand(b, scales)}, body);
}

/// rhe(clamp(x / s, 0 - z, 255 - z)) + z, where a NaN becomes the lowest code.
Value codeOf(ImplicitLocOpBuilder &b, Value real, Value scale, Value zeroPoint) {
  Value zero = realOf(b, zeroPoint), ratio = arith::DivFOp::create(b, real, scale);
  Value low = arith::SubFOp::create(b, scalar(b, b.getF32Type(), kCodes.lowest), zero);
  Value high = arith::SubFOp::create(b, scalar(b, b.getF32Type(), kCodes.highest), zero);
  Value isAbove = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, ratio, low);
  Value clamped = arith::MinimumFOp::create(b, arith::SelectOp::create(b, isAbove, ratio, low), high);
  Value steps = arith::FPToSIOp::create(b, b.getI32Type(), math::RoundEvenOp::create(b, clamped));
  Value code = arith::AddIOp::create(b, steps, widenCode(b, zeroPoint, /*isUnsigned=*/true));
  return arith::TruncIOp::create(b, b.getI8Type(), code);
}

struct ConvertDynamicQuantize : OpConversionPattern<DynamicQuantizeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(DynamicQuantizeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    ArrayRef<int64_t> shape = shapeOf(op.getInput());
    Value matrix =
        reshape(b, adaptor.getInput(), {ShapedType::getNumElements(shape.drop_back()), shape.back()});
    Value lowest = extremeOfRows(b, matrix, arith::CmpFPredicate::OLT);
    Value highest = extremeOfRows(b, matrix, arith::CmpFPredicate::OGT);
    Value scales = scalesOf(b, lowest, highest), zeroPoints = zeroPointsOf(b, lowest, scales);
    AffineMap ofRow = AffineMap::get(2, 0, b.getAffineDimExpr(0));
    Value codes = mapElements(
        b, shapeOf(matrix), b.getI8Type(), {identityOperand(b, matrix), {scales, ofRow}, {zeroPoints, ofRow}},
        [](ImplicitLocOpBuilder &b, ValueRange in) { return codeOf(b, in[0], in[1], in[2]); });
    ArrayRef<int64_t> rows = shapeOf(op.getScales());
    rewriter.replaceOp(op,
                       {reshape(b, codes, shape), reshape(b, scales, rows), reshape(b, zeroPoints, rows)});
    return success();
  }
};

/// f32(q - z) * s.
struct ConvertDequantizeRows : OpConversionPattern<DequantizeRowsOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(DequantizeRowsOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    BodyOperands operands(b, shapeOf(op.getCodes()));
    auto code = operands.add(adaptor.getCodes());
    auto scale = operands.addBroadcast(adaptor.getScales());
    auto zeroPoint = operands.addBroadcast(adaptor.getZeroPoints());
    auto body = [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
      Value distance = arith::SubIOp::create(b, widenCode(b, code(b, in), /*isUnsigned=*/true),
                                             widenCode(b, zeroPoint(b, in), /*isUnsigned=*/true));
      return arith::MulFOp::create(b, toFloat(b, distance), scale(b, in));
    };
    rewriter.replaceOp(op, mapElements(b, operands.getShape(), b.getF32Type(), operands.get(), body));
    return success();
  }
};

/// f32(acc - z * columnSum) * (s * weightScale) + bias.
struct ConvertDequantizeRowAccumulator : OpConversionPattern<DequantizeRowAccumulatorOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(DequantizeRowAccumulatorOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    BodyOperands operands(b, shapeOf(op.getInput()));
    SmallVector<int64_t> columns{int64_t(operands.getShape().size()) - 1};
    auto accumulator = operands.add(adaptor.getInput());
    auto scale = operands.addBroadcast(adaptor.getScales());
    auto zeroPoint = operands.addBroadcast(adaptor.getZeroPoints());
    auto weightScale = operands.addFloats(op.getWeightScales(), columns);
    auto columnSum = operands.addIntegers(llvm::to_vector_of<int64_t>(op.getColumnSums()), columns);
    auto bias = op.getBias() ? operands.addFloats(*op.getBias(), columns) : BodyOperands::Reader();
    auto body = [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
      Value shift =
          arith::MulIOp::create(b, widenCode(b, zeroPoint(b, in), /*isUnsigned=*/true), columnSum(b, in));
      Value sum = arith::SubIOp::create(b, accumulator(b, in), shift);
      Value step = arith::MulFOp::create(b, scale(b, in), weightScale(b, in));
      Value real = arith::MulFOp::create(b, toFloat(b, sum), step);
      return bias ? Value(arith::AddFOp::create(b, real, bias(b, in))) : real;
    };
    rewriter.replaceOp(op, mapElements(b, operands.getShape(), b.getF32Type(), operands.get(), body));
    return success();
  }
};

} // namespace

void populateRowPatterns(const TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<ConvertDynamicQuantize, ConvertDequantizeRows, ConvertDequantizeRowAccumulator>(
      types, patterns.getContext());
}

} // namespace quern
