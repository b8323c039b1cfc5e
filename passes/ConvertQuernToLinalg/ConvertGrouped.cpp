// Products with one weight scale per group: the sums of the groups in i32, then their sum in f32.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernOps.h"
#include "passes/ConvertQuernToLinalg/CodeArithmetic.h"
#include "passes/ConvertQuernToLinalg/Parameters.h"
#include "passes/ConvertQuernToLinalg/Patterns.h"

#include "mlir/Dialect/Utils/StructuredOpsUtils.h"

using namespace mlir;
using namespace quern::structure;
using mlir::utils::IteratorType;

namespace quern {
namespace {

/// `count` groups of `size` terms each, from `firstGroup` and `firstTerm` on.
struct Groups {
  int64_t firstGroup, firstTerm, count, size;
};

/// Two generics for the whole groups, and two for a shorter last one: loops (m, n, g, k) and (m, n, g).
struct ConvertGroupedMatMul : OpConversionPattern<GroupedMatMulOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(GroupedMatMulOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    ArrayRef<int64_t> shape = shapeOf(op.getInput());
    int64_t terms = shape.back(), rows = ShapedType::getNumElements(shape.drop_back());
    SmallVector<int64_t> matrix{rows, shapeOf(op.getWeights())[1]};
    Value input = reshape(b, adaptor.getInput(), {rows, terms});
    Value total = adaptor.getBias() ? broadcastTo(b, adaptor.getBias(), matrix)
                                    : filled(b, matrix, scalar(b, b.getF32Type(), 0));
    int64_t size = op.getGroupSize(), whole = terms / size, rest = terms % size;
    if (whole > 0)
      total = addGroups(b, op, adaptor, input, total, {0, 0, whole, size});
    if (rest > 0)
      total = addGroups(b, op, adaptor, input, total, {whole, whole * size, 1, rest});
    rewriter.replaceOp(op, reshape(b, total, shapeOf(op.getResult())));
    return success();
  }

  static Value addGroups(ImplicitLocOpBuilder &b, GroupedMatMulOp op, OpAdaptor adaptor, Value input,
                         Value total, const Groups &groups) {
    Value sums = sumWithin(b, op, adaptor, input, groups);
    MLIRContext *context = b.getContext();
    AffineExpr m = b.getAffineDimExpr(0), n = b.getAffineDimExpr(1), group = b.getAffineDimExpr(2);
    AffineMap scaleMap = AffineMap::get(3, 0, {groups.firstGroup + group, n}, context);
    AffineMap sumMap = AffineMap::get(3, 0, {m, group, n}, context);
    AffineMap totalMap = AffineMap::get(3, 0, {m, n}, context);
    return generic(
        b,
        {{sums, sumMap},
         {groups.firstGroup == 0 ? firstRows(b, adaptor.getScales(), groups.count) : adaptor.getScales(),
          scaleMap}},
        Operand{total, totalMap}, {IteratorType::parallel, IteratorType::parallel, IteratorType::reduction},
        [&](ImplicitLocOpBuilder &b, ValueRange in) {
          Value part = arith::MulFOp::create(b, toFloat(b, in[0]), in[1]);
          return SmallVector<Value>{arith::AddFOp::create(b, in[2], part)};
        })[0];
  }

  /// The i32 sums [m, g, n].
  static Value sumWithin(ImplicitLocOpBuilder &b, GroupedMatMulOp op, OpAdaptor adaptor, Value input,
                         const Groups &groups) {
    MLIRContext *context = b.getContext();
    AffineExpr m = b.getAffineDimExpr(0), n = b.getAffineDimExpr(1), group = b.getAffineDimExpr(2),
               k = b.getAffineDimExpr(3);
    auto map = [&](ArrayRef<AffineExpr> results) { return AffineMap::get(4, 0, results, context); };
    // Loops get their sizes from operands that they subscript plainly: here from one that is never read.
    Value space = empty(b, {groups.count, groups.size}, b.getI8Type());
    AffineExpr term = groups.firstTerm + group * groups.size + k;
    Type i32 = b.getI32Type();
    Value zeros =
        filled(b, {shapeOf(input)[0], groups.count, shapeOf(op.getWeights())[1]}, scalarInteger(b, i32, 0));
    bool isUnsigned = holdsUnsignedCodes(op.getInput().getType());
    return generic(
        b, {{space, map({group, k})}, {input, map({m, term})}, {adaptor.getWeights(), map({term, n})}},
        Operand{zeros, map({m, group, n})},
        {IteratorType::parallel, IteratorType::parallel, IteratorType::parallel, IteratorType::reduction},
        [&](ImplicitLocOpBuilder &b, ValueRange in) {
          Value activation = codeDistance(b, in[1], isUnsigned, op.getZeroPoint());
          Value product = arith::MulIOp::create(b, activation, widenCode(b, in[2], /*isUnsigned=*/false));
          return SmallVector<Value>{arith::AddIOp::create(b, in[3], product)};
        })[0];
  }
};

} // namespace

void populateGroupedPatterns(const TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<ConvertGroupedMatMul>(types, patterns.getContext());
}

} // namespace quern
