// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/Quern/IR/QuernOps.h"
#include "passes/ConvertQuernToLinalg/CodeArithmetic.h"
#include "passes/ConvertQuernToLinalg/Patterns.h"

using namespace mlir;
using namespace quern::structure;

namespace quern {
namespace {

/// A constant of signless elements with the entries of `table`.
FailureOr<Value> createTable(ImplicitLocOpBuilder &b, ElementsAttr table) {
  auto dense = dyn_cast<DenseElementsAttr>(table);
  if (!dense)
    return failure();
  Type element = dense.getElementType();
  if (element.isInteger() && !element.isSignlessInteger())
    dense = dense.bitcast(b.getIntegerType(element.getIntOrFloatBitWidth()));
  return Value(arith::ConstantOp::create(b, dense));
}

/// The position of an 8-bit code in a table that starts at the smallest code, always within 0 .. 255.
Value codeIndex(ImplicitLocOpBuilder &b, Value code, bool isUnsigned) {
  if (!isUnsigned)
    code = arith::XOrIOp::create(b, code, scalarInteger(b, code.getType(), -128));
  return arith::IndexCastUIOp::create(b, b.getIndexType(), code);
}

/// table[a - a_min].
struct ConvertLut : OpConversionPattern<LutOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(LutOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    FailureOr<Value> table = createTable(b, op.getTable());
    if (failed(table))
      return rewriter.notifyMatchFailure(op, "expected a table whose entries are in the IR");
    bool isUnsigned = holdsUnsignedCodes(op.getInput().getType());
    rewriter.replaceOp(op, elementwise(b, shapeOf(op.getResult()), elementOf(*table), adaptor.getInput(),
                                       [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
                                         return tensor::ExtractOp::create(b, *table,
                                                                          codeIndex(b, in[0], isUnsigned));
                                       }));
    return success();
  }
};

/// e = table[max q - q], f32(e) / f32(sum e), and for a result of codes rhe(clamp(p / s, lo - z, hi - z)) +
/// z.
struct ConvertQLinearSoftmax : OpConversionPattern<QLinearSoftmaxOp> {
  using OpConversionPattern::OpConversionPattern;

  /// Reads a value that lacks the dimension `axis` of the iteration space.
  static Operand readWithout(ImplicitLocOpBuilder &b, Value value, int64_t axis) {
    AffineMap map = b.getMultiDimIdentityMap(tensorType(value).getRank() + 1).dropResult(axis);
    return {value, map};
  }

  /// The largest code along `axis`, as i32.
  static Value largestCodes(ImplicitLocOpBuilder &b, Value codes, int64_t axis, bool isUnsigned) {
    Value lowest = scalarInteger(b, b.getI32Type(), isUnsigned ? 0 : -128);
    return reduce(b, codes, axis, lowest, [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
      return arith::MaxSIOp::create(b, in[1], widenCode(b, in[0], isUnsigned));
    });
  }

  /// f32(sum of e along `axis`), the sum an exact i64.
  static Value sumExponentials(ImplicitLocOpBuilder &b, Value exponentials, int64_t axis) {
    Value zero = scalarInteger(b, b.getI64Type(), 0);
    Value sums = reduce(b, exponentials, axis, zero, [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
      return arith::AddIOp::create(b, in[1], arith::ExtUIOp::create(b, b.getI64Type(), in[0]));
    });
    return elementwise(b, shapeOf(sums), b.getF32Type(), sums,
                       [](ImplicitLocOpBuilder &b, ValueRange in) { return toFloat(b, in[0]); });
  }

  LogicalResult matchAndRewrite(QLinearSoftmaxOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (failed(requireStaticShapes(op, rewriter)))
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    FailureOr<Value> table = createTable(b, op.getTable());
    if (failed(table))
      return rewriter.notifyMatchFailure(op, "expected a table whose entries are in the IR");
    int64_t axis = op.getAxis();
    bool isUnsigned = holdsUnsignedCodes(op.getInput().getType());
    ArrayRef<int64_t> shape = shapeOf(op.getInput());
    Value largest = largestCodes(b, adaptor.getInput(), axis, isUnsigned);
    Value exponentials = mapElements(
        b, shape, b.getI32Type(), {identityOperand(b, adaptor.getInput()), readWithout(b, largest, axis)},
        [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
          Value distance = arith::SubIOp::create(b, in[1], widenCode(b, in[0], isUnsigned));
          Value index = arith::IndexCastUIOp::create(b, b.getIndexType(), distance);
          return tensor::ExtractOp::create(b, *table, index);
        });
    Value sums = sumExponentials(b, exponentials, axis);
    Type element = cast<TensorType>(getTypeConverter()->convertType(op.getType())).getElementType();
    rewriter.replaceOp(
        op, mapElements(b, shape, element, {identityOperand(b, exponentials), readWithout(b, sums, axis)},
                        [&](ImplicitLocOpBuilder &b, ValueRange in) -> Value {
                          Value probability = arith::DivFOp::create(b, toFloat(b, in[0]), in[1]);
                          if (!op.getOutputScale())
                            return probability;
                          Value scale = arith::ConstantOp::create(b, op.getOutputScaleAttr());
                          CodeRounding rounding{*op.getZeroPoint(), *op.getMin(), *op.getMax()};
                          return roundToCode(b, arith::DivFOp::create(b, probability, scale), rounding,
                                             element, NaNs::Impossible);
                        }));
    return success();
  }
};

} // namespace

void populateTablePatterns(const TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<ConvertLut, ConvertQLinearSoftmax>(types, patterns.getContext());
}

} // namespace quern
