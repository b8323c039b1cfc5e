// Products with packed weights: codes are dequantized in the body of the contraction.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernOps.h"
#include "passes/ConvertQuernToLinalg/CodeArithmetic.h"
#include "passes/ConvertQuernToLinalg/Parameters.h"
#include "passes/ConvertQuernToLinalg/Patterns.h"

#include "mlir/Dialect/Utils/StructuredOpsUtils.h"

using namespace mlir;
using namespace quern::structure;

namespace quern {
namespace {

/// Consecutive terms of the sum that one generic adds: `groups` groups of `bytes` bytes each, every byte with
/// `codes` codes.
struct Segment {
  int64_t firstTerm, firstGroup, groups, bytes, codes;
};

/// The terms in order: whole groups, then the whole bytes of what is left, then a byte that is not full.
SmallVector<Segment> splitTerms(int64_t terms, int64_t groupSize, int64_t perByte) {
  SmallVector<Segment> segments;
  int64_t whole = groupSize % perByte == 0 ? terms / groupSize : 0;
  if (whole > 0)
    segments.push_back({0, 0, whole, groupSize / perByte, perByte});
  int64_t done = whole * groupSize, left = terms - done;
  if (left / perByte > 0)
    segments.push_back({done, whole, 1, left / perByte, perByte});
  if (left % perByte > 0)
    segments.push_back({terms - left % perByte, whole, 1, 1, left % perByte});
  return segments;
}

/// acc + x[k] * (f32(q[k, n] - z[g, n]) * s[g, n]) for the terms k of a segment, in their order. The loops
/// are (m, n, group, byte); the codes of a byte are unrolled, so that every operand moves by constant
/// strides.
struct ConvertWeightOnlyMatMul : OpConversionPattern<WeightOnlyMatMulOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(WeightOnlyMatMulOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    ArrayRef<int64_t> shape = shapeOf(op.getInput());
    int64_t terms = shape.back(), rows = ShapedType::getNumElements(shape.drop_back());
    Value input = reshape(b, adaptor.getInput(), {rows, terms});
    Value sum = filled(b, {rows, shapeOf(op.getCodes())[1]}, scalar(b, b.getF32Type(), 0));
    for (const Segment &segment : splitTerms(terms, op.getGroupSize(), 8 / op.getBits()))
      sum = addSegment(b, op, adaptor, input, sum, segment);
    rewriter.replaceOp(op, reshape(b, sum, shapeOf(op.getResult())));
    return success();
  }

  static Value addSegment(ImplicitLocOpBuilder &b, WeightOnlyMatMulOp op, OpAdaptor adaptor, Value input,
                          Value sum, const Segment &segment) {
    int64_t bits = op.getBits(), perByte = 8 / bits;
    MLIRContext *context = b.getContext();
    AffineExpr m = b.getAffineDimExpr(0), n = b.getAffineDimExpr(1), group = b.getAffineDimExpr(2),
               byte = b.getAffineDimExpr(3);
    auto map = [&](AffineExpr first, AffineExpr second) {
      return AffineMap::get(4, 0, {first, second}, context);
    };
    // Loops get their sizes from operands that they subscript plainly: here from one that is never read.
    Value space = empty(b, {segment.groups, segment.bytes}, b.getI8Type());
    AffineExpr row = segment.firstTerm / perByte + group * segment.bytes + byte;
    AffineExpr term = segment.firstTerm + (group * segment.bytes + byte) * perByte;
    AffineMap parameters = map(segment.firstGroup + group, n);
    auto rowsOf = [&](Value table) {
      return segment.firstGroup == 0 ? firstRows(b, table, segment.groups) : table;
    };
    SmallVector<Operand> inputs{{space, map(group, byte)},
                                {adaptor.getCodes(), map(row, n)},
                                {rowsOf(adaptor.getScales()), parameters}};
    if (adaptor.getZeroPoints())
      inputs.push_back({rowsOf(adaptor.getZeroPoints()), parameters});
    unsigned firstInput = inputs.size();
    for (int64_t code = 0; code < segment.codes; ++code)
      inputs.push_back({input, map(m, term + code)});
    using utils::IteratorType;
    return generic(
        b, inputs, Operand{sum, map(m, n)},
        {IteratorType::parallel, IteratorType::parallel, IteratorType::reduction, IteratorType::reduction},
        [&](ImplicitLocOpBuilder &b, ValueRange in) {
          Type i32 = b.getI32Type();
          Value codes = widenCode(b, in[1], /*isUnsigned=*/true), total = in.back();
          Value zero = adaptor.getZeroPoints() ? widenCode(b, in[3], /*isUnsigned=*/true)
                                               : scalarInteger(b, i32, op.getZeroPoint());
          for (int64_t code = 0; code < segment.codes; ++code) {
            Value q = codes;
            if (code > 0)
              q = arith::ShRUIOp::create(b, q, scalarInteger(b, i32, code * bits));
            if (code + 1 < perByte)
              q = arith::AndIOp::create(b, q, scalarInteger(b, i32, (1 << bits) - 1));
            Value weight = toFloat(b, arith::SubIOp::create(b, q, zero));
            weight = arith::MulFOp::create(b, weight, in[2]);
            Value product = arith::MulFOp::create(b, in[firstInput + code], weight);
            total = arith::AddFOp::create(b, total, product);
          }
          return SmallVector<Value>{total};
        })[0];
  }
};

} // namespace

void populateWeightOnlyPatterns(const TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<ConvertWeightOnlyMatMul>(types, patterns.getContext());
}

} // namespace quern
